import type { MessagePort } from "node:worker_threads";
import type { DebugEvent, DebugRequest, DebugResponse } from "../protocol/debug-messages.js";
import type { MimeBundle } from "../protocol/messages.js";

/** What the kernel process says to the control thread: a line of JSON on CONTROL_FD (session-calls.ts). */
export type ToControl =
  | { readonly interrupt: number }
  /** A debugger's request; the answer bears the same number. */
  | { readonly debug: number; readonly request: DebugRequest }
  | { readonly stripped: number; readonly js: string };
/** What the control thread says there. */
export type FromControl =
  /** The running cell has been told. */
  | { readonly interrupted: number }
  | { readonly debug: number; readonly response: DebugResponse }
  | { readonly event: DebugEvent }
  /** Asks for code without its types: the compiler is in the kernel process. */
  | { readonly strip: number; readonly code: string }
  /** A name of the notebook has a value of this type that no cell declared. */
  | { readonly declare: string; readonly type: string };

/**
 * What crosses between the session's main thread and its control thread. The control thread asks
 * `{ ping }`; the main thread, once its loop turns, answers `{ pong }`. With `interrupt` it first interrupts
 * the running cell.
 */
export interface ControlPing {
  readonly ping: number;
  readonly interrupt: boolean;
}
export interface ControlPong {
  readonly pong: number;
}

/** The main thread gathers output: it is to be sent soon, also when the thread gets stuck. */
export interface ControlGathering {
  readonly gathering: true;
}

/** The process ends now: the inspector is to be let go, then `ControlSetup.released` to be set and notified. */
export interface ControlEnding {
  readonly ending: true;
}

/** `workerData` of the control thread. */
export interface ControlSetup {
  readonly port: MessagePort;
  /** One shared integer: 1 once the control thread has let go of the inspector. */
  readonly released: Int32Array;
}

/**
 * Name (of a global symbol) of what the control thread calls in the middle of whatever holds the main thread.
 */
export const STUCK_CODE = "cellar.stuck-code";

/** What lies under that name. */
export interface StuckCode {
  /** Unwinds user code. @param force also where our own code, called by it, has not come to its end. */
  stop(force: boolean): StuckAnswer;
  /** Unwinds user code of a cell that was interrupted before: what came back after an await. */
  stopLeftOver(): StuckAnswer;
  /** Called where the debugger holds user code, before that code is unwound. */
  settle(): StuckAnswer;
  /** Sends output that was gathered. */
  flush(): StuckAnswer;
}

/**
 * "done"; "soon": our own code is under way and must come to its end first; "free": no user code runs, so
 * the main thread goes on by itself.
 */
export type StuckAnswer = "done" | "soon" | "free";

/** Name (of a global symbol) of what the debugger reads in the main thread. */
export const DEBUG_VIEW = "cellar.debug-view";

/** What lies under that name. */
export interface DebugView {
  /** The notebook's top-level names, as properties that read and write. */
  readonly scope: object;
  /** The names that have a value, with these values. */
  values(): object;
  /** Where the script of a cell comes from; null for other files. */
  cell(filename: string): CellOrigin | null;
  /** How a value looks; null where that cannot be said without letting the cell run on. */
  show(value: unknown): { readonly data: MimeBundle; readonly metadata: object } | null;
  /** Counts a breakpoint's hits. Gives how many there were, this one included. */
  hit(breakpoint: number): number;
  /** Prints what a breakpoint has to say: texts, and functions for values. Gives false: the code runs on. */
  log(...parts: readonly (string | (() => unknown))[]): false;
  /** The type of a value, as TypeScript writes it. */
  typeOf(value: unknown): string;
}
export interface CellOrigin {
  readonly count: number;
  readonly text: string;
  /** Source map (version 3, JSON text) from the script to the text. */
  readonly map: string;
}
