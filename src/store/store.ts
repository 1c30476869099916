import type { EpochMs } from "../contracts/json.js";
import type {
  FlowRunRecord,
  FlowRunSummary,
  GraphNode,
  LogRecord,
  Place,
  StateRecord,
  TaskRunRecord,
} from "../contracts/records.js";
import type { BytesReference } from "../result/stored-bytes.js";
import type { RememberedRun } from "./remembered-run.js";
import type { RememberedTask, ResultId, StoredResult, TaskRunMemory } from "./task-memory.js";

/** A value to write: JSON text as the serializer gave it. Its id is the SHA-256 of `text` in UTF-8. */
export interface ResultWrite extends StoredResult {
  readonly text: string;
  readonly preview: string;
  /** What the text refers to: files that are in the blob folder already, and live as long as the result. @default none */
  readonly blobs?: readonly BytesReference[];
}

/** Who runs a flow run now. A run has one owner at a time. */
export interface Owner {
  /** Made once per process (session or script). */
  readonly id: string;
  readonly pid: number;
  /** Start time of the process, so that a pid used again is not taken for the same owner. */
  readonly startedAt: EpochMs;
}

/** Where a run belongs: runs of one place and flow resume each other. */
export interface RunPlace extends Place {
  readonly flow: string;
}

/** One task run changed state. Appended to its history; history is never rewritten. */
export interface Transition {
  readonly run: TaskRunRecord;
  readonly memory: TaskRunMemory;
  /** Values that this transition refers to and that may not be stored yet. */
  readonly results: readonly ResultWrite[];
}

/** A flow run changed state. */
export interface RunChange {
  readonly run: FlowRunSummary;
}

export interface CacheHit {
  readonly run: TaskRunRecord;
  readonly memory: TaskRunMemory;
  readonly endedAt: EpochMs;
  /** The result's JSON text, verified, where it lies in the row; null where `readResult` is to be asked. */
  readonly text: string | null;
}

/** Asks for a cached result that has not expired by `now`. */
export interface CacheAsk {
  readonly cacheKey: string;
  readonly now: EpochMs;
}

/** Which runs are listed. */
export interface RunFilter {
  /** Of this notebook or script, relative to the folder that holds the store. @default all */
  readonly file?: string;
  /** Of the flow of this name. @default all */
  readonly flow?: string;
  /** In this state. @default all */
  readonly state?: StateRecord["type"];
  /** @default 50 */
  readonly limit?: number;
  /** Runs created before this moment: the cursor of the next page. */
  readonly before?: EpochMs;
}

/**
 * What every store promises. All writes are durable when their promise resolves, and are seen by
 * reads asked afterwards. Nothing here serializes or deserializes a user's value.
 */
export interface Store {
  /**
   * The newest run of a place with all that resuming needs; undefined when it has none.
   * When its owner is known to be dead, runs left Running are first appended `Crashed`, message
   * "The process that ran it ended.".
   */
  lastRun(place: RunPlace): Promise<RememberedRun | undefined>;
  /** The same for one run by id. */
  rememberedRun(runId: string): Promise<RememberedRun | undefined>;
  /**
   * Writes a new run, or takes over an existing one (same id, its `attempt` greater by one) as owner.
   * @throws {RunOwnedError} when a living owner other than `owner` holds it.
   */
  beginRun(run: FlowRunSummary, graph: readonly GraphNode[], owner: Owner): Promise<void>;
  /** Replaces a run's graph: an ambient run grows with each call. */
  setGraph(runId: string, graph: readonly GraphNode[]): Promise<void>;
  /** Task runs and the flow run change, in order, in one commit. Many calls at once share commits. */
  append(transitions: readonly Transition[], change?: RunChange): Promise<void>;
  /** Keeps lines that tasks wrote. */
  log(lines: readonly LogRecord[]): Promise<void>;
  /**
   * The finished task runs of the run before this one at the same place and flow, at most 2 000: what a run that
   * found nothing in the cache compares itself with.
   */
  tasksBefore(runId: string): Promise<RememberedTask[]>;
  /** The newest unexpired successful task run with this cache key. */
  cached(cacheKey: string, now: EpochMs): Promise<CacheHit | undefined>;
  /**
   * The stored JSON text of a result, verified against its id.
   * @throws {CorruptResultError} when bytes and id differ, {RangeError} when it is not stored.
   */
  readResult(id: ResultId): Promise<string>;
  /** Name of the task whose result it first was, for messages; undefined when it is not stored. */
  madeBy(id: ResultId): Promise<string | undefined>;
  /**
   * Folder of the files for large bytes. The process that makes them writes them there itself (`BlobShelf`): they
   * cross no process.
   */
  blobFolder(): Promise<string>;
  /** Runs, newest first, without their tasks. No result is read. Those whose owner is dead are Crashed first. */
  flowRuns(filter?: RunFilter): Promise<FlowRunSummary[]>;
  /** A run in its latest state; undefined when unknown. */
  flowRun(runId: string): Promise<FlowRunRecord | undefined>;
  /** Every state a task run had, oldest first. */
  history(taskRunId: string): Promise<StateRecord[]>;
  /** The lines that a task run wrote, oldest first. */
  logs(taskRunId: string): Promise<LogRecord[]>;
  /** Removes runs that ended before `olderThan` but the newest `keepLast` of each place, and results nothing refers to. */
  gc(ask: { olderThan: EpochMs; keepLast: number; dryRun: boolean }): Promise<GcReport>;
  /** Finishes what was asked before and lets the file go. */
  close(): Promise<void>;
}

/** What was removed, or would be. */
export interface GcReport {
  /** Flow runs. */
  readonly runs: number;
  /** Results that nothing refers to any more. */
  readonly results: number;
  /** Their size. */
  readonly bytes: number;
}

/** A stored value's bytes are not what its id says. The message names the task that made it. */
export class CorruptResultError extends Error {
  /** Tells the class where `instanceof` cannot. */
  override readonly name = "CorruptResultError";
}

/** What a CorruptResultError says. */
export const damageText = (what: string, madeBy: string): string =>
  `Cannot read ${what} of task ${JSON.stringify(madeBy)}: what is stored is damaged; run the flow again to make it anew`;

/** Another living process runs this flow run. */
export class RunOwnedError extends Error {
  /** Tells the class where `instanceof` cannot. */
  override readonly name = "RunOwnedError";
}
