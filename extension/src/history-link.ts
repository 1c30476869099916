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
    this.comm?.send({ ...this.ask(), id: this.lastId } as never);
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
    if (event.kind === "changed") this.refresh();
    else if (event.id !== this.lastId)
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
    if (comm && !comm.isDisposed) comm.close();
  }
}
