import { AsyncResource } from "node:async_hooks";
import timers from "node:timers";
import { MessageChannel } from "node:worker_threads";

type Callback = (...args: never[]) => void;

/** What this `setImmediate` gives: Node's Immediate, as far as it is public. */
class CellImmediate extends AsyncResource {
  done = false;
  #wanted = true;
  constructor(
    readonly callback: Callback,
    readonly args: readonly unknown[],
  ) {
    super("Immediate", { requireManualDestroy: true });
  }
  ref(): this {
    this.#wanted = true;
    return this;
  }
  unref(): this {
    this.#wanted = false;
    return this;
  }
  hasRef(): boolean {
    return this.#wanted && !this.done;
  }
}

const waiting: CellImmediate[] = [];
const { port1: here, port2: there } = new MessageChannel();
here.on("message", runNext);
here.unref(); // the link to the kernel process keeps the session alive, not its immediates
there.unref();
const { clearImmediate: clearNative } = timers;

/**
 * Node's `setImmediate`, but safe to interrupt. Node runs its immediates from a linked list that it puts in
 * order in a `finally`; code that is stopped there takes the list with it, and Node spins for ever. Here
 * each callback comes by a message of its own.
 */
export function setImmediate(callback: Callback, ...args: unknown[]): CellImmediate {
  if (typeof callback !== "function")
    throw new TypeError(`Cannot set an immediate: the callback is ${typeof callback}, not a function`);
  const immediate = new CellImmediate(callback, args);
  waiting.push(immediate);
  there.postMessage(null);
  return immediate;
}

/** Takes back what `setImmediate` set. */
export function clearImmediate(immediate: unknown): void {
  if (immediate instanceof CellImmediate) immediate.done = true;
  else clearNative(immediate as NodeJS.Immediate);
}

function runNext(): void {
  const next = waiting.shift();
  if (!next || next.done) return;
  next.done = true;
  next.runInAsyncScope(next.callback as (...args: unknown[]) => void, undefined, ...next.args);
}
