import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers";
import promises from "node:timers/promises";
import { promisify } from "node:util";
import { isAuthors } from "../links/own-files.js";
import { filesAbove } from "./call-site.js";
import { enclosingCell } from "./cell-context.js";
import { clearImmediate, setImmediate } from "./immediates.js";

type Callback = (...args: unknown[]) => unknown;
type Later = (...args: unknown[]) => unknown;

/**
 * Makes timers end with their cell when it is interrupted, so that a loop which sleeps stops too. Only those
 * that the author's own code set: a package may count on its timers.
 */
export function installCellTimers(): void {
  const sleep = settledWithCell(promises.setTimeout as Later);
  const yieldTurn = settledWithCell(((value: unknown) => new Promise((done) => setImmediate(done, value))) as Later);
  const replaced = {
    setTimeout: withCustom(endedWithCell(timers.setTimeout as never), sleep),
    setInterval: endedWithCell(timers.setInterval as never),
    setImmediate: withCustom(endedWithCell(setImmediate as never), yieldTurn),
    clearImmediate,
  };
  for (const owner of [globalThis, timers]) Object.assign(owner, replaced);
  Object.assign(promises, { setTimeout: sleep, setImmediate: yieldTurn });
  syncBuiltinESMExports();
}

/** The signal of the cell whose author calls `timer` right now; undefined for other callers. */
function signalOfCaller(timer: Later): AbortSignal | undefined {
  const signal = enclosingCell()?.signal;
  if (!signal || signal.aborted) return undefined; // what cleans up after an interrupt may wait
  return isAuthors(filesAbove(timer, 1)[0] ?? "") ? signal : undefined;
}

function endedWithCell(native: (callback: Callback, ...rest: unknown[]) => unknown): Later {
  const timer = (callback: unknown, ...rest: unknown[]): unknown => {
    const signal = signalOfCaller(timer);
    if (!signal || typeof callback !== "function") return native(callback as Callback, ...rest);
    return native(
      function (this: unknown, ...args: unknown[]) {
        if (!signal.aborted) callback.apply(this, args);
      },
      ...rest,
    );
  };
  return timer;
}

function settledWithCell(native: Later): Later {
  const later = (...args: unknown[]): unknown => {
    const signal = signalOfCaller(later);
    if (!signal) return native(...args);
    return (native(...args) as Promise<unknown>).then((value) => (signal.aborted ? new Promise(() => {}) : value));
  };
  return later;
}

const withCustom = (timer: Later, promised: Later): Later =>
  Object.defineProperty(timer, promisify.custom, { value: promised });
