import type { Json } from "../../src/contracts/json.js";
import type { FlowRunRecord, FlowRunSummary, LogRecord, TaskRunRecord } from "../../src/contracts/records.js";
import type {
  GivenInputs,
  RunCommAnswer,
  RunCommEvent,
  RunCommOpen,
  RunCommRequest,
} from "../../src/contracts/run-comm.js";
import { flowRunBundle } from "../../src/display/flow-run-bundle.js";
import type { Caller } from "../../src/links/calls.js";
import type { Store } from "../../src/store/store.js";
import type { StoreListener } from "../../src/store/watch-store.js";
import type { SessionCalls } from "../links/session-calls.js";
import type { JsonObject } from "../protocol/messages.js";
import type { CommEnd, CommLink, CommTarget } from "./comms.js";
import type { LiveProgress } from "./live-progress.js";
import type { ResultPreviews } from "./result-previews.js";

/** What a run's comm needs of the kernel process. */
export interface RunCommParts {
  /** @throws {Error} in words when the store cannot be opened, or its file is gone. */
  readonly openStore: () => Promise<Store>;
  readonly listen: (listener: StoreListener) => () => void;
  /** Calls back when runs may have ended without a write. Returns the way to stop. */
  readonly onDoubt: (listener: (reason: string) => void) => () => void;
  readonly session: Caller<SessionCalls>;
  readonly previews: Pick<ResultPreviews, "read" | "download" | "downloadNext">;
  readonly progress: Pick<LiveProgress, "listen" | "withProgress">;
}

/** At most ten deltas a second. */
const DELTA_MS = 100;
/** Of a run with many tasks at most two: the page has to draw them. */
const LARGE_DELTA_MS = 500;
const MANY_TASKS = 300;
/** A run that another process writes is looked at so often: its writes reach no listener here. */
const LOOK_MS = 1000;

/** Answers comms of RUN_COMM_TARGET: one run each. Works while a cell is busy, since nothing asks the cell's thread but what runs code. */
export function runCommTarget(parts: RunCommParts): CommTarget {
  return (link, data) => {
    const { runId, detail } = data as unknown as RunCommOpen;
    const run = new FollowedRun(parts, link, String(runId), detail === "summary");
    void run.sendSnapshot();
    return run;
  };
}

/** One run followed for one view. */
class FollowedRun implements CommEnd {
  private seq = 0;
  /** What changed since the last event; undefined before the first. */
  private changed: Map<string, TaskRunRecord> | undefined;
  private summary: FlowRunSummary | undefined;
  private tasks = 0;
  /** A new attempt or a new graph: the next event is a snapshot. */
  private outgrown = false;
  private closed = false;
  private timer: NodeJS.Timeout | undefined;
  /** Looks again at a run that this kernel does not write. */
  private look: NodeJS.Timeout | undefined;
  /** This kernel's session writes the run, so that each of its changes is heard of. */
  private ours = false;
  /** What was sent last, to tell whether a look found anything new. */
  private sent = "";
  private readonly stops: readonly (() => void)[];

  constructor(
    private readonly parts: RunCommParts,
    private readonly link: CommLink,
    private readonly runId: string,
    private readonly brief: boolean,
  ) {
    this.stops = [
      parts.listen((of, transitions, change) => {
        if (of !== runId || !this.changed) return;
        this.ours = true;
        if (!this.brief) for (const { run } of transitions) this.changed.set(run.id, run);
        if (change) this.summary = change;
        if (transitions.length === 0) this.outgrown = true;
        if (this.brief && !change && !this.outgrown) return;
        this.sendSoon();
      }),
      parts.progress.listen((of, tasks) => {
        if (of !== runId || !this.changed || this.brief) return;
        for (const task of tasks) this.changed.set(task.id, task);
        this.sendSoon();
      }),
      parts.onDoubt((reason) => {
        this.ours = false;
        void this.sendSnapshot(reason);
      }),
    ];
  }

  async message(data: JsonObject): Promise<void> {
    const request = data as unknown as RunCommRequest;
    try {
      this.send({ kind: "answer", id: request.id, ok: true, value: await this.answer(request) });
    } catch (error) {
      this.send({ kind: "answer", id: request.id, ok: false, error: (error as Error).message });
      // Whoever was to act may be dead: say how the run stands now.
      if (request.ask === "retry" || request.ask === "cancel") void this.sendSnapshot();
    }
  }

  close(): void {
    this.closed = true;
    for (const stop of this.stops) stop();
    clearTimeout(this.timer);
    clearTimeout(this.look);
  }

  private async answer(request: RunCommRequest): Promise<RunCommAnswer> {
    const { session, previews, openStore } = this.parts;
    switch (request.ask) {
      case "retry":
        return session("retryRun", { runId: this.runId, rerun: request.rerun });
      case "cancel":
        return session("cancelRun", { runId: this.runId });
      case "logs":
        return (await this.logs(request.taskRunId)).slice(request.after ?? 0);
      case "inputs":
        return this.inputs();
      case "attempts":
        return (await openStore()).attempts(this.runId);
      case "attempt": {
        const run = await (await openStore()).flowRun(this.runId, request.attempt);
        if (run) return run;
        throw new RangeError(`Cannot show attempt ${request.attempt}: the run has no such attempt`);
      }
      case "history":
        return (await openStore()).history(request.taskRunId);
      case "record":
        return this.read();
      case "bundle":
        return flowRunBundle(await this.read());
      case "preview":
        return previews.read({
          resultId: request.resultId,
          serializer: await this.serializerOf(request.resultId),
          ...(request.from !== undefined && { from: request.from }),
        });
      case "download":
        return previews.download({
          resultId: request.resultId,
          serializer: await this.serializerOf(request.resultId),
          format: request.format,
        });
      case "downloadNext": {
        const piece = await previews.downloadNext(request.download);
        return { base64: piece && Buffer.from(piece).toString("base64") };
      }
      default:
        throw new RangeError(`Cannot answer ${JSON.stringify((request as { ask: Json }).ask)}: no such request`);
    }
  }

  private async inputs(): Promise<GivenInputs> {
    const remembered = await (await this.parts.openStore()).rememberedRun(this.runId);
    const given = remembered?.tasks.filter(({ memory }) => memory.inputPreviews) ?? [];
    return Object.fromEntries(given.map(({ run, memory }) => [run.id, memory.inputPreviews!]));
  }

  /** Lines in the order in which they were written. */
  private async logs(taskRunId: string | undefined): Promise<readonly LogRecord[]> {
    const store = await this.parts.openStore();
    if (taskRunId !== undefined) return store.logs(taskRunId);
    const { tasks } = await this.read();
    const ids = tasks.filter(({ startedAt }) => startedAt !== null).map(({ id }) => id);
    const lines = (await Promise.all(ids.map((id) => store.logs(id)))).flat();
    return lines.sort((a, b) => a.timestamp - b.timestamp);
  }

  private async serializerOf(resultId: string): Promise<JsonObject> {
    const remembered = await (await this.parts.openStore()).rememberedRun(this.runId);
    const task = remembered?.tasks.find(({ memory }) => memory.result?.id === resultId);
    if (!task?.memory.result) throw new RangeError(`Cannot read result "${resultId}": the run has no such result`);
    return task.memory.result.serializer;
  }

  /** The run in its latest state; runs of dead owners are Crashed first. @throws {Error} saying why there is none. */
  private async read(): Promise<FlowRunRecord> {
    const run = await (await this.parts.openStore()).flowRun(this.runId);
    if (!run) throw new RangeError("This run is not in the kernel's store");
    return run;
  }

  /**
   * Sends the whole run. What changes while it is read comes again in a delta; nothing is lost.
   * @param doubt why it is read again: said of a run that turns out to have crashed.
   */
  async sendSnapshot(doubt?: string): Promise<void> {
    this.changed = new Map();
    this.outgrown = false;
    try {
      const run = await this.read();
      const { graph: _graph, tasks, ...summary } = run;
      const before = this.summary;
      this.summary = summary;
      this.tasks = tasks.length;
      const crashed = doubt !== undefined && before?.endedAt === null && summary.state.type === "Crashed";
      this.sent = JSON.stringify(run);
      this.send({
        kind: "snapshot",
        seq: ++this.seq,
        run: this.brief
          ? { ...summary, graph: [], tasks: [] }
          : { ...run, tasks: tasks.map((task) => this.parts.progress.withProgress(task)) },
        ...(crashed && { crash: doubt }),
      });
      this.lookLater();
    } catch (error) {
      this.send({ kind: "missing", reason: (error as Error).message });
    }
  }

  private sendSoon(): void {
    this.timer ??= setTimeout(() => void this.sendChanges(), this.tasks > MANY_TASKS ? LARGE_DELTA_MS : DELTA_MS);
  }

  private async sendChanges(): Promise<void> {
    this.timer = undefined;
    if (this.outgrown || !this.summary) return this.sendSnapshot();
    const tasks = [...(this.changed?.values() ?? [])];
    this.changed = new Map();
    this.send({ kind: "delta", seq: ++this.seq, run: this.summary, tasks });
  }

  /** Follows a run of another process (a script, another notebook's kernel) while it goes on. */
  private lookLater(): void {
    clearTimeout(this.look);
    if (this.closed || this.ours || this.summary?.endedAt !== null) return;
    this.look = setTimeout(() => void this.lookAgain(), LOOK_MS).unref();
  }

  private async lookAgain(): Promise<void> {
    if (this.ours) return;
    const run = await this.read().catch(() => undefined); // gone meanwhile: the snapshot says so
    if (this.closed || this.ours) return;
    if (!run || JSON.stringify(run) !== this.sent) await this.sendSnapshot("The process that ran it ended");
    else this.lookLater();
  }

  private send(event: RunCommEvent): void {
    if (!this.closed) this.link.send(event as unknown as JsonObject);
  }
}
