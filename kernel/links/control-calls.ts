import type { MessagePort } from "node:worker_threads";

/**
 * Everything that crosses between the session's main thread and its control thread. The control thread asks
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
  /** Sends output that was gathered. */
  flush(): StuckAnswer;
}

/**
 * "done"; "soon": our own code is under way and must come to its end first; "free": no user code runs, so
 * the main thread goes on by itself.
 */
export type StuckAnswer = "done" | "soon" | "free";
