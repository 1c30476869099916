/**
 * What crosses between a run's view in the browser and the kernel process: a comm that the front end
 * opens on RUN_COMM_TARGET with RunCommOpen. The kernel answers with a snapshot, then deltas (at most
 * 10 a second), all as comm_msg data. Types and constants only; the browser imports this file.
 */
import type { Json } from "./json.js";
import type { ErrorRecord, FlowRunRecord, FlowRunSummary, LogRecord, StateRecord, TaskRunRecord } from "./records.js";

export const RUN_COMM_TARGET = "cellar.run.v1";

/** Data of `comm_open`. */
export interface RunCommOpen {
  readonly runId: string;
  /** "summary" leaves graph and tasks out: enough for a mark beside a cell. @default "all" */
  readonly detail?: "all" | "summary";
}

/** What of an ended run runs again; the rest is kept. */
export type Rerun =
  | {
      /** "failed": what did not end well, and what waits for it; "all": everything. */
      readonly kind: "failed" | "all";
    }
  | {
      /** "from": a task and all that depends on it; "resume": what did not end well, and a Paused task goes on. */
      readonly kind: "from" | "resume";
      /** Name of its call. */
      readonly task: string;
    };

/** Requests of the front end; each is acknowledged by an answer with the same id. */
export type RunCommRequest =
  /** Runs the flow again, keeping what finished. Executes code: only from a trusted notebook. */
  | { readonly id: number; readonly ask: "retry"; readonly rerun: Rerun }
  | { readonly id: number; readonly ask: "cancel" }
  /** Reads a stored result for a person: of a table the 100 rows from `from` on. */
  | { readonly id: number; readonly ask: "preview"; readonly resultId: string; readonly from?: number }
  /** Begins to download a stored result; answered by a DownloadStart. */
  | { readonly id: number; readonly ask: "download"; readonly resultId: string; readonly format: DownloadFormat }
  /** Asks for the next piece of a download; answered by a DownloadPiece. */
  | { readonly id: number; readonly ask: "downloadNext"; readonly download: number }
  /** Lines that a task run wrote, or all of the run's; only those past the first `after`. */
  | { readonly id: number; readonly ask: "logs"; readonly taskRunId?: string; readonly after?: number }
  /** Short texts of what each task run was given: answered by GivenInputs. */
  | { readonly id: number; readonly ask: "inputs" }
  /** What each attempt of the run came to, oldest first. */
  | { readonly id: number; readonly ask: "attempts" }
  /** The run as an earlier attempt left it. */
  | { readonly id: number; readonly ask: "attempt"; readonly attempt: number }
  /** Every state a task run had, oldest first. */
  | { readonly id: number; readonly ask: "history"; readonly taskRunId: string }
  /** The whole run as it is now. */
  | { readonly id: number; readonly ask: "record" }
  /** The run as an output of a cell, with its fallbacks: what a notebook is to keep. */
  | { readonly id: number; readonly ask: "bundle" };

/** The forms in which a result can be kept: a table as CSV, anything as JSON, bytes and text as they are. */
export type DownloadFormat = "csv" | "json" | "raw";

export interface DownloadStart {
  readonly download: number;
  /** Name for the file. */
  readonly name: string;
  /** Its media type. */
  readonly type: string;
}

export interface DownloadPiece {
  /** Bytes in base64; null when the download is complete. */
  readonly base64: string | null;
}

/** Task run id → input name → its value in at most 60 characters. */
export interface GivenInputs {
  readonly [taskRunId: string]: { readonly [input: string]: string };
}

/** What a column of a table holds. */
export interface ColumnSummary {
  /** "integer", "number", "string", "boolean", "datetime", "bigint", "object", "mixed" or "empty". */
  readonly type: string;
  /** Rows without a value. */
  readonly nulls: number;
  /** Least and greatest value as text; null where they have no order. */
  readonly min: string | null;
  readonly max: string | null;
  /** Of numbers: how many are in each of equal parts of [min, max]. */
  readonly bins?: readonly number[];
}

/** A part of a value that JSON cannot say. */
export interface TreeNode {
  /** Name in its parent, with its mark: "name:", "key →", "·". */
  readonly key?: string;
  readonly text: string;
  /** How its text is coloured: a JavaScript type, "parent", "note" or "other". */
  readonly type: string;
  readonly children?: readonly TreeNode[];
  /** Children left out. */
  readonly omitted?: number;
}

/** A stored result, read for a person: at most 100 rows × 30 columns, or 64 KiB of text. */
export type ResultPreview =
  | {
      readonly kind: "table";
      readonly columns: readonly string[];
      readonly rows: readonly (readonly string[])[];
      /** Index of the first of `rows`. @default 0 */
      readonly from?: number;
      readonly totalRows: number;
      /** Names of columns past the 30 that are shown. */
      readonly moreColumns?: readonly string[];
      /** Of each column in `columns`; with the first window. */
      readonly summaries?: readonly ColumnSummary[];
    }
  | { readonly kind: "json"; readonly value: Json }
  | { readonly kind: "tree"; readonly tree: TreeNode }
  | { readonly kind: "error"; readonly error: ErrorRecord }
  /** A picture, a document or a chart, as an output of a cell holds it; base64 where it is binary. */
  | { readonly kind: "mime"; readonly bundle: { readonly [mime: string]: Json } }
  | { readonly kind: "text"; readonly text: string; readonly truncated: boolean };

/** What a request is answered with. */
export type RunCommAnswer =
  | null
  | ResultPreview
  | readonly LogRecord[]
  | readonly StateRecord[]
  | readonly FlowRunSummary[]
  | FlowRunRecord
  | GivenInputs
  | DownloadStart
  | DownloadPiece
  | { readonly [mime: string]: Json };

/** What the kernel process sends. */
export type RunCommEvent =
  | {
      readonly kind: "snapshot";
      readonly seq: number;
      readonly run: FlowRunRecord;
      /** What ended the process that ran it, in a sentence; only of a run that crashed while it was followed. */
      readonly crash?: string;
    }
  /** Task runs and the summary that changed since `seq - 1`. */
  | {
      readonly kind: "delta";
      readonly seq: number;
      readonly run: FlowRunSummary;
      readonly tasks: readonly TaskRunRecord[];
    }
  | {
      readonly kind: "answer";
      readonly id: number;
      readonly ok: true;
      readonly value: RunCommAnswer;
    }
  | { readonly kind: "answer"; readonly id: number; readonly ok: false; readonly error: string }
  /** The run cannot be read: it is not in this kernel's store, or the store is gone. */
  | { readonly kind: "missing"; readonly reason: string };
