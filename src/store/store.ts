import type { EpochMs } from "../contracts/json.js";
import type {
  FlowRunRecord,
  FlowRunSummary,
  GraphNode,
  LogRecord,
  PastState,
  StateRecord,
  TaskRunRecord,
} from "../contracts/records.js";
import type { BytesReference } from "../result/stored-bytes.js";
import type { BeginAsk, BegunRun, PreviousAttempts, RunHold, RunParameters } from "./begin-ask.js";
import type { RememberedRun } from "./remembered-run.js";
import type { RememberedTask, ResultId, StoredResult, TaskRunMemory } from "./task-memory.js";

/** A value to write: JSON text as the serializer gave it. Its id is the SHA-256 of `text` in UTF-8. */
export interface ResultWrite extends StoredResult {
  readonly text: string;
  readonly preview: string;
  /** What the text refers to: files that are in the blob folder already, and live as long as the result. @default none */
  readonly blobs?: readonly BytesReference[];
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
  /** The same by the name that it has in notebooks. @default file */
  readonly notebook?: string;
  /** Of the flow of this name. @default all */
  readonly flow?: string;
  /** In this state. @default all */
  readonly state?: StateRecord["type"];
  /** @default 50 */
  readonly limit?: number;
  /** The next page: id of the last run of the page before. A moment lists the runs created before it. */
  readonly before?: string | EpochMs;
}

/**
 * What every store promises. All writes are durable when their promise resolves, and are seen by
 * reads asked afterwards. Nothing here serializes or deserializes a user's value.
 */
export interface Store {
  /**
   * Begins an attempt: finds the run to resume and takes it over, or begins a new one, in one transaction. Of any
   * number of processes that ask for one run at the same instant, one gets it. What a dead owner left Running is
   * first appended `Crashed`, message "The process that ran it ended.".
   * @throws {RunOwnedError} when another living process runs it, {RangeError} when the run asked for by id is unknown,
   * belongs to another flow or file, or has not ended.
   */
  begin(ask: BeginAsk): Promise<BegunRun>;
  /** What `begin` would resume; undefined where a new run would begin. Nothing is written. @throws as `begin` does */
  previousOf(ask: BeginAsk): Promise<PreviousAttempts | undefined>;
  /** Resolves when nobody took the run over. @throws {RunOwnedError} */
  confirm(hold: RunHold): Promise<void>;
  /** Replaces the graph of an attempt: an ambient run grows with each call. @throws {RunOwnedError} */
  setGraph(hold: RunHold, graph: readonly GraphNode[]): Promise<void>;
  /** Replaces the parameters that an attempt began with. @throws {RunOwnedError} */
  setParameters(hold: RunHold, parameters: RunParameters): Promise<void>;
  /**
   * Task runs and the flow run change, in order, in one commit. Many calls at once share commits. What earlier attempts
   * of the run wrote stays.
   * @throws {RunOwnedError} when another process took the run over.
   */
  append(hold: RunHold, transitions: readonly Transition[], change?: RunChange): Promise<void>;
  /** Notes that an attempt keeps these task runs in the state in which an earlier one left them. @throws {RunOwnedError} */
  keep(hold: RunHold, taskRunIds: readonly string[]): Promise<void>;
  /** Keeps lines that tasks wrote. @throws {RunOwnedError} */
  log(hold: RunHold, lines: readonly LogRecord[]): Promise<void>;
  /** A run as its attempts left it, with all that resuming needs; undefined when unknown. */
  rememberedRun(runId: string): Promise<RememberedRun | undefined>;
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
  /** A run as one attempt left it; undefined when unknown. @param attempt @default the newest */
  flowRun(runId: string, attempt?: number): Promise<FlowRunRecord | undefined>;
  /** What each attempt of a run came to, oldest first. */
  attempts(runId: string): Promise<FlowRunSummary[]>;
  /** Every state a task run had in any attempt of its run, oldest first. */
  history(taskRunId: string): Promise<PastState[]>;
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

/** What a CorruptResultError says. @param detail what is wrong, in words @default nothing more is known */
export const damageText = (what: string, madeBy: string, detail = ""): string =>
  `Cannot read ${what} of task ${JSON.stringify(madeBy)}: what is stored is damaged${detail && ` (${detail})`}; run the flow again to make it anew`;

/** Another living process runs this flow run. */
export class RunOwnedError extends Error {
  /** Tells the class where `instanceof` cannot. */
  override readonly name = "RunOwnedError";
}
