import type { Json } from "../../src/contracts/json.js";
import type { FlowRunSummary, TaskRunRecord } from "../../src/contracts/records.js";
import type {
  ResultPreview,
  RunCommAnswer,
  RunCommEvent,
  RunCommOpen,
  RunCommRequest,
} from "../../src/contracts/run-comm.js";
import type { Caller } from "../../src/links/calls.js";
import type { Store } from "../../src/store/store.js";
import type { StoreListener } from "../../src/store/watch-store.js";
import type { PreviewAsk } from "../links/preview-calls.js";
import type { SessionCalls } from "../links/session-calls.js";
import type { JsonObject } from "../protocol/messages.js";
import type { CommEnd, CommLink, CommTarget } from "./comms.js";

/** What a run's comm needs of the kernel process. */
export interface RunCommParts {
  readonly openStore: () => Promise<Store>;
  readonly listen: (listener: StoreListener) => () => void;
  readonly session: Caller<SessionCalls>;
  readonly preview: (ask: PreviewAsk) => Promise<ResultPreview>;
}

/** At most ten deltas a second. */
const DELTA_MS = 100;

/** Answers comms of RUN_COMM_TARGET: one run each. Works while a cell is busy, since nothing asks the cell's thread but what runs code. */
export function runCommTarget(parts: RunCommParts): CommTarget {
  return (link, data) => {
    const run = new FollowedRun(parts, link, String((data as unknown as RunCommOpen).runId));
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
  /** A new attempt or a new graph: a delta cannot say it. */
  private outgrown = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly stopListening: () => void;

  constructor(
    private readonly parts: RunCommParts,
    private readonly link: CommLink,
    private readonly runId: string,
  ) {
    this.stopListening = parts.listen((of, transitions, change) => {
      if (of !== runId || !this.changed) return;
      for (const { run } of transitions) this.changed.set(run.id, run);
      if (change) this.summary = change;
      if (transitions.length === 0) this.outgrown = true;
      this.timer ??= setTimeout(() => void this.sendChanges(), DELTA_MS);
    });
  }

  async message(data: JsonObject): Promise<void> {
    const request = data as unknown as RunCommRequest;
    try {
      this.send({ kind: "answer", id: request.id, ok: true, value: await this.answer(request) });
    } catch (error) {
      this.send({ kind: "answer", id: request.id, ok: false, error: (error as Error).message });
    }
  }

  close(): void {
    this.stopListening();
    clearTimeout(this.timer);
  }

  private async answer(request: RunCommRequest): Promise<RunCommAnswer> {
    const { session, preview, openStore } = this.parts;
    switch (request.ask) {
      case "retry":
        return session("retryRun", { runId: this.runId, rerun: request.rerun });
      case "cancel":
        return session("cancelRun", { runId: this.runId });
      case "logs":
        return (await openStore()).logs(request.taskRunId);
      case "history":
        return (await openStore()).history(request.taskRunId);
      case "preview":
        return preview({
          resultId: request.resultId,
          serializer: await this.serializerOf(request.resultId),
        });
      default:
        throw new RangeError(`Cannot answer ${JSON.stringify((request as { ask: Json }).ask)}: no such request`);
    }
  }

  private async serializerOf(resultId: string): Promise<JsonObject> {
    const remembered = await (await this.parts.openStore()).rememberedRun(this.runId);
    const task = remembered?.tasks.find(({ memory }) => memory.result?.id === resultId);
    if (!task?.memory.result) throw new RangeError(`Cannot read result "${resultId}": the run has no such result`);
    return task.memory.result.serializer;
  }

  /** Sends the whole run. What changes while it is read comes again in a delta; nothing is lost. */
  async sendSnapshot(): Promise<void> {
    this.changed = new Map();
    this.outgrown = false;
    try {
      const run = await (await this.parts.openStore()).flowRun(this.runId);
      if (!run) return this.send({ kind: "missing", reason: "This run is not in the kernel's store" });
      const { graph: _graph, tasks: _tasks, ...summary } = run;
      this.summary = summary;
      this.send({ kind: "snapshot", seq: ++this.seq, run });
    } catch (error) {
      this.send({ kind: "missing", reason: (error as Error).message });
    }
  }

  private async sendChanges(): Promise<void> {
    this.timer = undefined;
    if (this.outgrown || !this.summary) return this.sendSnapshot();
    const tasks = [...(this.changed?.values() ?? [])];
    this.changed = new Map();
    this.send({ kind: "delta", seq: ++this.seq, run: this.summary, tasks });
  }

  private send(event: RunCommEvent): void {
    this.link.send(event as unknown as JsonObject);
  }
}
