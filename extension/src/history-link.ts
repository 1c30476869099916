import type { ISessionContext } from "@jupyterlab/apputils";
import type { Kernel } from "@jupyterlab/services";
import {
  HISTORY_COMM_TARGET,
  type HistoryCommEvent,
  type HistoryCommRequest,
} from "../../src/contracts/history-comm.js";
import type { FlowRunSummary } from "../../src/contracts/records.js";

export interface HistoryListener {
  onRuns(runs: readonly FlowRunSummary[]): void;
  /** Why there is no list. */
  onRefused(reason: string): void;
}

/** The list of runs of a kernel's store: asked for when it is connected, and again when the store changed. */
export class HistoryLink {
  private comm: Kernel.IComm | undefined;
  private lastId = 0;
  /** Number of the last question for the list. */
  private listId = 0;
  private readonly reads = new Map<
    number,
    { resolve(runs: readonly FlowRunSummary[]): void; reject(error: Error): void }
  >();
  private disposed = false;

  constructor(
    private readonly session: ISessionContext,
    private readonly ask: () => Omit<HistoryCommRequest, "id">,
    private readonly listener: HistoryListener,
  ) {
    session.kernelChanged.connect(this.reopen, this);
    session.statusChanged.connect(this.onStatus, this);
    this.open();
  }

  /** Asks again: the question changed, or its answer. */
  refresh(): void {
    this.lastId += 1;
    this.listId = this.lastId;
    this.comm?.send({ ...this.ask(), id: this.lastId } as never);
  }

  /** Asks for runs beside those that are followed: an older page. */
  read(request: Omit<HistoryCommRequest, "id">): Promise<readonly FlowRunSummary[]> {
    if (!this.comm) return Promise.reject(new Error("Cannot list older runs: no kernel is connected"));
    this.lastId += 1;
    const id = this.lastId;
    this.comm.send({ ...request, id } as never);
    return new Promise((resolve, reject) => this.reads.set(id, { resolve, reject }));
  }

  dispose(): void {
    this.disposed = true;
    this.session.kernelChanged.disconnect(this.reopen, this);
    this.session.statusChanged.disconnect(this.onStatus, this);
    this.close();
  }

  private open(): void {
    const kernel = this.session.session?.kernel;
    if (this.disposed || this.comm) return;
    if (!kernel?.name.startsWith("cellar")) {
      this.listener.onRefused("No Cellar kernel is connected");
      return;
    }
    if (kernel.status !== "idle" && kernel.status !== "busy") return; // its next status tells
    const comm = kernel.createComm(HISTORY_COMM_TARGET);
    this.comm = comm;
    comm.onMsg = ({ content }) => {
      if (this.comm === comm) this.hear(content.data as unknown as HistoryCommEvent);
    };
    comm.onClose = () => {
      if (this.comm !== comm) return;
      this.comm = undefined;
      this.listener.onRefused("This kernel does not list runs");
    };
    comm.open();
    this.refresh();
  }

  private hear(event: HistoryCommEvent): void {
    const read = event.kind === "changed" ? undefined : this.reads.get(event.id);
    if (event.kind === "changed") this.refresh();
    else if (read) {
      this.reads.delete(event.id);
      if (event.kind === "runs") read.resolve(event.runs);
      else read.reject(new Error(event.error));
    } else if (event.id !== this.listId)
      return; // asked something else since
    else if (event.kind === "runs") this.listener.onRuns(event.runs);
    else this.listener.onRefused(event.error);
  }

  private onStatus(_: ISessionContext, status: Kernel.Status): void {
    if (status === "restarting" || status === "autorestarting" || status === "dead") this.close();
    else if (status === "idle" || status === "busy") this.open();
  }

  private reopen(): void {
    this.close();
    this.open();
  }

  private close(): void {
    const { comm } = this;
    this.comm = undefined;
    for (const { reject } of this.reads.values()) reject(new Error("Cannot list older runs: the kernel went away"));
    this.reads.clear();
    if (comm && !comm.isDisposed) comm.close();
  }
}
