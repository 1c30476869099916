import type { Json } from "../../contracts/json.js";
import type { FlowRunRecord, LogRecord, Place } from "../../contracts/records.js";
import type { Store } from "../../store/store.js";

/** A flow run while it is under way: what a display follows. */
export interface LiveRun {
  /** The run's current record; a new object after each change. */
  readonly current: () => FlowRunRecord;
  /** Calls back after each change, at most once per turn of the event loop. Returns the function that unsubscribes. */
  readonly onChange: (listener: () => void) => () => void;
  /** Calls back for each line that `context().log` keeps. Returns the way to stop. */
  readonly onLine: (listener: (line: LogRecord) => void) => () => void;
  /** Settles, never rejects, when this attempt has ended. */
  readonly ended: Promise<void>;
}

/** Runs `body` at a place that was captured before, as that cell; an abort of `signal` interrupts it. */
export type RunThere = <T>(body: () => T, signal: AbortSignal) => T;

/** What the engine is embedded in: a plain script, or the session of a kernel. */
export interface Host {
  /** Shows a MIME bundle to the person; a script prints its `text/plain`. */
  show(bundle: { readonly [mime: string]: Json }, options?: { displayId?: string; update?: boolean }): void;
  /** The cell or script that the running code belongs to. */
  place(): Place;
  /** The notebook's or script's folder, from which imports are resolved. @default the working folder */
  importFolder?(): string;
  /** The store of that place. Opened once. */
  store(): Promise<Store>;
  /**
   * Shows a flow run that has begun.
   * @param again a button began it: the output that shows the run already is to change.
   */
  began(run: LiveRun, again: boolean): void;
  /** Aborts when the person interrupts what runs now (a cell, the script); undefined where nothing can. */
  interrupt(): AbortSignal | undefined;
  /** Captures the place of the running code, so that a button may run it there again. @default runs it anywhere */
  here?(): RunThere;
  /**
   * Calls `body` soon, in a turn of the event loop of its own: an interrupt that unwinds running code unwinds
   * all that is on the stack. Left out where nothing unwinds code.
   */
  inOwnTurn?(body: () => void): void;
  /**
   * Calls `body`, once, when the running code (a cell) comes to its end, which then waits for it.
   * Returns false where no end is to come. Left out where ends are not known.
   */
  beforeEnd?(body: () => Promise<void>): boolean;
}
