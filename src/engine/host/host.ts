import type { Json } from "../../contracts/json.js";
import type { FlowRunRecord, Place } from "../../contracts/records.js";
import type { Store } from "../../store/store.js";

/** A flow run while it goes on: what a display follows. */
export interface LiveRun {
  /** The run as it stands now; a new object after each change. */
  readonly current: () => FlowRunRecord;
  /** Calls back after each change, at most once per turn of the event loop. Returns the way to stop. */
  readonly onChange: (listener: () => void) => () => void;
  /** Settles, never rejects, when this attempt has ended. */
  readonly ended: Promise<void>;
}

/** What stands around the library: a plain script, or a kernel's session. */
export interface Surroundings {
  /** Shows a MIME bundle to the person; in a script its `text/plain` is printed. */
  show(bundle: { readonly [mime: string]: Json }, options?: { displayId?: string; update?: boolean }): void;
  /** Where the code that asks stands. */
  place(): Place;
  /** The notebook's or script's folder, from which imports are looked up. @default the working folder */
  importFolder?(): string;
  /** The store of that place. Opened once. */
  store(): Promise<Store>;
  /** A flow run began: the moment to show it. */
  began(run: LiveRun): void;
  /** Aborts when the person interrupts what runs now (a cell, the script); undefined where nothing can. */
  interrupt(): AbortSignal | undefined;
  /**
   * Calls `body` soon, in a turn of the event loop that nothing else shares. There where an interrupt unwinds
   * code that runs: it takes all that stands on the stack along. Left out where nothing does.
   */
  inOwnTurn?(body: () => void): void;
  /**
   * Calls `body`, once, when the code that runs now (a cell) comes to its end, and has that wait for it.
   * Gives false where no end is to come. Left out where no end is told.
   */
  beforeEnd?(body: () => Promise<void>): boolean;
}
