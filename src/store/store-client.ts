import type { EpochMs } from "../contracts/json.js";
import type { FlowRunRecord, FlowRunSummary, GraphNode, LogRecord, StateRecord } from "../contracts/records.js";
import { type Caller, connect } from "../links/calls.js";
import { reviveError } from "../links/error-record.js";
import type { Port } from "../links/port.js";
import { GatheredAsks } from "./gathered-asks.js";
import { type PackedRun, RememberedRun } from "./remembered-run.js";
import type {
  CacheAsk,
  CacheHit,
  GcReport,
  Owner,
  RunChange,
  RunFilter,
  RunPlace,
  Store,
  Transition,
} from "./store.js";
import { type Append, STORE_ERRORS, type StoreCalls } from "./store-calls.js";
import type { RememberedTask, ResultId } from "./task-memory.js";

interface WaitingAppend {
  readonly append: Append;
  resolve(): void;
  reject(error: Error): void;
}

/** Larger batches would hold up both processes while one message is packed. */
const LARGEST_BATCH = 1000;

/** A store that another process owns and serves to `call`. Appends made in one turn cross as one message. */
export class StoreClient implements Store {
  readonly #call: Caller<StoreCalls>;
  readonly #cached = new GatheredAsks<CacheAsk, CacheHit | undefined>(async (asks) => {
    const hits = JSON.parse(await this.#ask("cachedAll", asks)) as (CacheHit | null)[];
    return hits.map((hit) => hit ?? undefined);
  });
  #waiting: WaitingAppend[] = [];
  #closed = false;

  constructor(call: Caller<StoreCalls>) {
    this.#call = call;
  }

  async lastRun(place: RunPlace): Promise<RememberedRun | undefined> {
    return unpacked(await this.#ask("lastRun", place));
  }
  async rememberedRun(runId: string): Promise<RememberedRun | undefined> {
    return unpacked(await this.#ask("rememberedRun", runId));
  }
  async beginRun(run: FlowRunSummary, graph: readonly GraphNode[], owner: Owner): Promise<void> {
    await this.#ask("beginRun", { run, graph, owner });
  }
  async setGraph(runId: string, graph: readonly GraphNode[]): Promise<void> {
    await this.#ask("setGraph", { runId, graph });
  }
  append(transitions: readonly Transition[], change?: RunChange): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(closedError());
      // nextTick comes after the microtasks: the appends of all tasks that one answer set going.
      if (this.#waiting.length === 0) process.nextTick(() => this.#sendAppends());
      this.#waiting.push({ append: change ? { transitions, change } : { transitions }, resolve, reject });
    });
  }
  async log(lines: readonly LogRecord[]): Promise<void> {
    await this.#ask("log", lines);
  }
  tasksBefore(runId: string): Promise<RememberedTask[]> {
    return this.#ask("tasksBefore", runId);
  }
  cached(cacheKey: string, now: EpochMs): Promise<CacheHit | undefined> {
    return this.#cached.ask({ cacheKey, now });
  }
  readResult(id: ResultId): Promise<string> {
    return this.#ask("readResult", id);
  }
  madeBy(id: ResultId): Promise<string | undefined> {
    return this.#ask("madeBy", id);
  }
  blobFolder(): Promise<string> {
    return this.#ask("blobFolder", null);
  }
  flowRuns(filter: RunFilter = {}): Promise<FlowRunSummary[]> {
    return this.#ask("flowRuns", filter);
  }
  flowRun(runId: string): Promise<FlowRunRecord | undefined> {
    return this.#ask("flowRun", runId);
  }
  history(taskRunId: string): Promise<StateRecord[]> {
    return this.#ask("history", taskRunId);
  }
  logs(taskRunId: string): Promise<LogRecord[]> {
    return this.#ask("logs", taskRunId);
  }
  gc(ask: { olderThan: EpochMs; keepLast: number; dryRun: boolean }): Promise<GcReport> {
    return this.#ask("gc", ask);
  }
  /** Waits until all writes are durable. The store stays open in the process that owns it. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#cached.flush();
    const drained = this.#ask("drain", null);
    this.#closed = true;
    await drained;
  }

  #ask: Caller<StoreCalls> = async (name, ask) => {
    if (this.#closed) throw closedError();
    this.#sendAppends(); // what was asked first goes first
    return await this.#call(name, ask);
  };

  #sendAppends(): void {
    while (this.#waiting.length > 0) void this.#sendBatch(this.#waiting.splice(0, LARGEST_BATCH));
  }

  async #sendBatch(batch: readonly WaitingAppend[]): Promise<void> {
    try {
      const refusals = await this.#call("appendAll", JSON.stringify(batch.map(({ append }) => append)));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const refusal = refusals[index];
        if (refusal) reject(reviveError(refusal, STORE_ERRORS));
        else resolve();
      }
    } catch (error) {
      for (const { reject } of batch) reject(error as Error); // a Caller rejects with an Error only
    }
  }
}

/** A store that another process owns and serves behind `port` by `serveStore`. */
export function connectStore(port: Port): Store {
  return new StoreClient(connect<StoreCalls>(port, STORE_ERRORS));
}

const closedError = () => new Error("Cannot use the store: it is closed");

const unpacked = (packed: PackedRun | null): RememberedRun | undefined =>
  packed ? new RememberedRun(packed) : undefined;
