import type { EpochMs } from "../contracts/json.js";
import type {
  ErrorRecord,
  FlowRunRecord,
  FlowRunSummary,
  GraphNode,
  LogRecord,
  StateRecord,
} from "../contracts/records.js";
import type { ErrorClasses } from "../links/error-record.js";
import type { PackedRun } from "./remembered-run.js";
import {
  type CacheAsk,
  CorruptResultError,
  type GcReport,
  type Owner,
  type RunChange,
  type RunFilter,
  RunOwnedError,
  type RunPlace,
  type Transition,
} from "./store.js";
import type { RememberedTask, ResultId } from "./task-memory.js";

/** One call of `Store.append`. */
export interface Append {
  readonly transitions: readonly Transition[];
  readonly change?: RunChange;
}

/** Everything that crosses to the process that owns a store; one entry per method of `Store`. */
export type StoreCalls = {
  lastRun: { ask: RunPlace; answer: PackedRun | null };
  rememberedRun: { ask: string; answer: PackedRun | null };
  beginRun: { ask: { run: FlowRunSummary; graph: readonly GraphNode[]; owner: Owner }; answer: null };
  setGraph: { ask: { runId: string; graph: readonly GraphNode[] }; answer: null };
  /**
   * Many appends (`Append[]`) in one message, as JSON text: packing them costs half of a structured clone. The
   * answer has, for each, null or why it was refused.
   */
  appendAll: { ask: string; answer: readonly (ErrorRecord | null)[] };
  log: { ask: readonly LogRecord[]; answer: null };
  tasksBefore: { ask: string; answer: RememberedTask[] };
  /** Many asks in one message; the answer, JSON text of `(CacheHit | null)[]`, has one for each. */
  cachedAll: { ask: readonly CacheAsk[]; answer: string };
  readResult: { ask: ResultId; answer: string };
  madeBy: { ask: ResultId; answer: string | undefined };
  /** The asker and the owner of the store see one file system. */
  blobFolder: { ask: null; answer: string };
  flowRuns: { ask: RunFilter; answer: FlowRunSummary[] };
  flowRun: { ask: string; answer: FlowRunRecord | undefined };
  history: { ask: string; answer: StateRecord[] };
  logs: { ask: string; answer: LogRecord[] };
  gc: { ask: { olderThan: EpochMs; keepLast: number; dryRun: boolean }; answer: GcReport };
  /** Finishes what was asked before; the store itself stays with its owner. */
  drain: { ask: null; answer: null };
};

/** What the parent of the store process asks it (channel "host"); StoreCalls go over channel "store". */
export type HostCalls = {
  /** Opens the store file; asked once, before any of StoreCalls. */
  open: { ask: { path: string }; answer: null };
  /** Finishes all writes and closes the file. */
  close: { ask: null; answer: null };
};

/** Errors that callers of a store catch by class, on whichever side they are. */
export const STORE_ERRORS: ErrorClasses = { CorruptResultError, RunOwnedError, RangeError };
