import type { TaskRunRecord } from "../../src/contracts/records.js";
import type { Rerun, ResultPreview } from "../../src/contracts/run-comm.js";
import type { ErrorContent, Header, JsonObject, MimeBundle } from "../protocol/messages.js";

/** The execution of one cell, as the session sees it. */
export interface CellRun {
  /** Parent of everything that the cell puts out. */
  readonly header: Header;
  /** JupyterLab's cell id; null from clients that send none that lasts. */
  readonly cellId: string | null;
  /** Notebook relative to the store's folder, from a client that names it with the cell; else the setup's counts. */
  readonly notebook?: string;
  /** Ids of cells that the person deleted since the last execution. */
  readonly deletedCells: readonly string[];
  readonly count: number;
  readonly silent: boolean;
  readonly allowStdin: boolean;
}

export type RunAnswer =
  | { readonly status: "ok"; readonly userExpressions: JsonObject; readonly payload: readonly JsonObject[] }
  /** @param bound names that the cell declared first, and that have values although it failed. */
  | { readonly status: "error"; readonly error: ErrorContent; readonly bound?: readonly string[] };

/** What the kernel process asks the session (channel "session" of the IPC). */
export type SessionCalls = {
  run: {
    ask: {
      cell: CellRun;
      js: string;
      filename: string;
      map: string;
      /** Compiled like cells; name → js. */
      userExpressions: { readonly [name: string]: string };
    };
    answer: RunAnswer;
  };
  commOpen: {
    ask: { commId: string; target: string; data: JsonObject; parent: Header; buffers: Uint8Array[] };
    answer: null;
  };
  commMsg: { ask: { commId: string; data: JsonObject; parent: Header; buffers: Uint8Array[] }; answer: null };
  commClose: { ask: { commId: string; data: JsonObject; parent: Header }; answer: null };
  /** Runs again the flow of a run that this session began, keeping what finished. @throws {RangeError} unknown run. */
  retryRun: { ask: { runId: string; rerun: Rerun }; answer: null };
  cancelRun: { ask: { runId: string }; answer: null };
  /** Reads a stored result for a person: the session knows the custom serializers. */
  readResult: {
    ask: { resultId: string; serializer: JsonObject };
    answer: ResultPreview;
  };
};

/** What the session asks the kernel process (channel "kernel"). */
export type KernelCalls = {
  input: { ask: { prompt: string; password: boolean; parent: Header }; answer: { value: string } };
};

/** What the session tells without waiting (channel "output"); order is kept with the answers of SessionCalls. */
export type SessionOutput =
  | {
      readonly kind: "stream";
      readonly parent: Header | null;
      readonly name: "stdout" | "stderr";
      readonly text: string;
    }
  | {
      readonly kind: "display";
      readonly parent: Header | null;
      readonly type: "display_data" | "update_display_data" | "execute_result";
      readonly data: MimeBundle;
      readonly metadata: JsonObject;
      readonly displayId: string | null;
      readonly count: number | null;
    }
  /** What a breakpoint has to say instead of stopping. */
  | { readonly kind: "logged"; readonly parent: Header | null; readonly text: string }
  | { readonly kind: "clear"; readonly parent: Header | null; readonly wait: boolean }
  /** An error outside a cell's own execution: an unhandled rejection, a throw in a timer. */
  | { readonly kind: "error"; readonly parent: Header | null; readonly error: ErrorContent }
  | {
      readonly kind: "comm";
      readonly parent: Header | null;
      readonly type: "comm_open" | "comm_msg" | "comm_close";
      readonly content: JsonObject;
      readonly metadata: JsonObject;
      readonly buffers: Uint8Array[];
    }
  /** Task runs whose progress changed: shown by live views, stored by nobody. */
  | {
      readonly kind: "progress";
      readonly parent: Header | null;
      readonly runId: string;
      readonly tasks: readonly TaskRunRecord[];
    }
  /** @param heapLimit of V8, in bytes. */
  | { readonly kind: "ready"; readonly heapLimit: number };

/**
 * Control thread of the session (a worker there), reached over a pipe of its own (fd 4 of the child; lines of JSON:
 * control-calls.ts) because the main thread may be busy.
 */
export const CONTROL_FD = 4;

/**
 * Node's options for the session process, before those that settings add. Without the first,
 * `Runtime.terminateExecution` in a promise's continuation aborts the process; the second lets `import.meta.resolve`
 * of a cell look from the notebook's folder.
 */
export const SESSION_EXEC_ARGV = ["--no-force-async-hooks-checks", "--experimental-import-meta-resolve"] as const;

/** Environment of the session process. */
export const SESSION_ENV = {
  /** JSON of SessionSetup. */
  setup: "CELLAR_SESSION_SETUP",
} as const;

export interface SessionSetup {
  /** Folder of the notebook; cwd of the session. */
  readonly folder: string;
  /** Notebook relative to the store's folder; null for a console. */
  readonly notebook: string | null;
}
