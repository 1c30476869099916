import type { ISessionContext } from "@jupyterlab/apputils";
import type { Kernel } from "@jupyterlab/services";
import type { FlowRunRecord } from "../../src/contracts/records.js";
import {
  RUN_COMM_TARGET,
  type RunCommAnswer,
  type RunCommEvent,
  type RunCommOpen,
  type RunCommRequest,
} from "../../src/contracts/run-comm.js";
import type { LinkStatus } from "./views/flow-run-model.js";

/** A request as a view makes it; the link numbers it. */
export type RunAsk = RunCommRequest extends infer R
  ? R extends { readonly id: number }
    ? Omit<R, "id">
    : never
  : never;

export interface RunLinkListener {
  onRun(run: FlowRunRecord): void;
  /** @param reason why, in words, where the kernel gave one. */
  onStatus(status: LinkStatus, reason?: string): void;
  /** What ended the process that ran the run, in a sentence. */
  onCrash(reason: string): void;
}

/**
 * The live end of one run's view: opens a comm to the kernel, again after a restart and a reconnect, and keeps
 * the record current from snapshots and deltas.
 */
export class RunLink {
  private comm: Kernel.IComm | undefined;
  private run: FlowRunRecord | undefined;
  private seq = -1;
  private lastId = 0;
  private readonly pending = new Map<number, { resolve(value: RunCommAnswer): void; reject(error: Error): void }>();
  private status: LinkStatus | undefined;
  private reason: string | undefined;
  private disposed = false;
  /** The kernel closed the comm: asked again only after a restart, not at its every change of status. */
  private refused = false;

  constructor(
    private readonly runId: string,
    private readonly session: ISessionContext,
    private readonly listener: RunLinkListener,
    private readonly detail?: RunCommOpen["detail"],
  ) {
    session.kernelChanged.connect(this.reopen, this);
    session.statusChanged.connect(this.onKernelStatus, this);
    session.connectionStatusChanged.connect(this.onConnection, this);
    this.open();
  }

  /** Asks the kernel; rejects with its words, or when the way to it ends first. */
  ask(request: RunAsk): Promise<RunCommAnswer> {
    const { comm } = this;
    if (!comm || this.status !== "live") return Promise.reject(new Error(this.refusal()));
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      comm.send({ ...request, id } as never);
    });
  }

  get live(): boolean {
    return this.status === "live";
  }

  private refusal(): string {
    if (this.status === "missing") return this.reason ?? "Cannot ask the kernel: its store does not know the run";
    return this.status === "connecting"
      ? "Cannot ask the kernel: it is not connected yet; wait until it is idle"
      : "Cannot ask the kernel: none is connected; start one by running a cell";
  }

  dispose(): void {
    this.disposed = true;
    this.session.kernelChanged.disconnect(this.reopen, this);
    this.session.statusChanged.disconnect(this.onKernelStatus, this);
    this.session.connectionStatusChanged.disconnect(this.onConnection, this);
    this.close();
  }

  private open(): void {
    if (this.disposed || this.comm || this.refused) return;
    const kernel = this.session.session?.kernel;
    const gone = !kernel || kernel.isDisposed || kernel.status === "dead" || kernel.status === "terminating";
    this.say(gone ? "none" : "connecting");
    // What is not ready yet tells onConnection or onKernelStatus when it is.
    if (gone || !kernel.handleComms || kernel.connectionStatus !== "connected" || kernel.status === "restarting")
      return;
    const comm = kernel.createComm(RUN_COMM_TARGET);
    this.comm = comm;
    comm.onMsg = ({ content }) => {
      if (this.comm === comm) this.hear(content.data as unknown as RunCommEvent);
    };
    comm.onClose = () => {
      // Closed from the other side: no Cellar kernel, or one that does not know the run.
      if (this.comm !== comm) return;
      this.drop();
      this.refused = true;
      this.say("missing");
    };
    comm.open({ runId: this.runId, ...(this.detail && { detail: this.detail }) } satisfies RunCommOpen);
  }

  private hear(event: RunCommEvent): void {
    if (event.kind === "answer") {
      const call = this.pending.get(event.id);
      this.pending.delete(event.id);
      if (event.ok) call?.resolve(event.value);
      else call?.reject(new Error(event.error));
    } else if (event.kind === "missing") {
      this.say("missing", event.reason);
    } else if (event.kind === "snapshot") {
      this.tell(event.seq, event.run);
      if (event.crash !== undefined) this.listener.onCrash(event.crash);
    } else if (!this.run || event.seq !== this.seq + 1) {
      this.reopen(); // a delta was lost: only a snapshot mends that
    } else {
      this.tell(event.seq, applyDelta(this.run, event));
    }
  }

  private tell(seq: number, run: FlowRunRecord): void {
    this.seq = seq;
    this.run = run;
    this.listener.onRun(run);
    this.say("live");
  }

  private reopen(): void {
    this.refused = false;
    this.close();
    this.open();
  }

  private onKernelStatus(_: ISessionContext, status: Kernel.Status): void {
    if (status === "restarting" || status === "autorestarting" || status === "dead" || status === "terminating") {
      this.close();
      this.refused = false;
      this.say(status === "dead" || status === "terminating" ? "none" : "connecting");
    } else if (status === "idle" || status === "busy") this.open();
  }

  private onConnection(_: ISessionContext, status: Kernel.ConnectionStatus): void {
    if (status === "connected")
      this.reopen(); // deltas sent meanwhile are lost
    else if (status === "disconnected") {
      this.close();
      this.say("none");
    }
  }

  private close(): void {
    const { comm } = this;
    this.drop();
    if (comm && !comm.isDisposed) comm.close();
  }

  private drop(): void {
    this.comm = undefined;
    this.run = undefined;
    this.seq = -1;
    for (const { reject } of this.pending.values()) reject(new Error("Cannot finish the call: the kernel went away"));
    this.pending.clear();
  }

  private say(status: LinkStatus, reason?: string): void {
    if (this.disposed || (status === this.status && reason === this.reason)) return;
    this.status = status;
    this.reason = reason;
    this.listener.onStatus(status, reason);
  }
}

/** A run with the task runs of a delta in it; those not known yet come last. */
export function applyDelta(run: FlowRunRecord, delta: Extract<RunCommEvent, { kind: "delta" }>): FlowRunRecord {
  const changed = new Map(delta.tasks.map((task) => [task.id, task]));
  const tasks = run.tasks.map((task) => {
    const next = changed.get(task.id);
    changed.delete(task.id);
    return next ?? task;
  });
  return { ...run, ...delta.run, tasks: [...tasks, ...changed.values()] };
}
