import { toErrorRecord } from "../../links/error-record.js";
import { State } from "../../state/states.js";
import type { StopSignal } from "../run/stop-signal.js";

/** A function that a user gave threw, gave nonsense, or did not settle. The message names it and its task. */
export class CallbackError extends Error {
  /** Tells the class where `instanceof` cannot. */
  override readonly name = "CallbackError";
}

/** The run was stopped while something of it was awaited. */
export class StoppedError extends Error {
  constructor(readonly state: State) {
    super(state.message ?? "The run was stopped.");
  }
}

/** How long a callback may take: until the run is stopped, and no longer than the task's own time-out. */
export interface CallbackGuard {
  readonly stop: StopSignal;
  readonly timeoutMs: number | null;
  readonly after: (delayMs: number, body: () => void) => () => void;
}

/** "retryIf of task "load"": how a callback is named in messages. */
export const callbackName = (option: string, of: "task" | "flow", name: string): string =>
  `${option} of ${of} ${JSON.stringify(name)}`;

/**
 * Calls a synchronous callback.
 * @param read Takes what it gave; undefined where that makes no sense.
 * @throws {CallbackError} when it throws, or gives what makes no sense: a promise among others.
 */
export function callSync<T>(
  what: string,
  wanted: string,
  body: () => unknown,
  read: (given: unknown) => T | undefined,
): T {
  let given: unknown;
  try {
    given = body();
  } catch (cause) {
    throw new CallbackError(`Cannot use ${what}: it threw ${oneLine(cause)}`, { cause });
  }
  const taken = isThenable(given) ? undefined : read(given);
  if (taken !== undefined) return taken;
  if (isThenable(given)) given.then(undefined, () => {}); // it is refused whatever it settles to
  throw new CallbackError(
    `Cannot use ${what}: it must give ${wanted}, not ${isThenable(given) ? "a promise" : kindOf(given)}`,
  );
}

/**
 * Awaits what a user's code gave, no longer than the guard allows.
 * @throws {CallbackError} when it does not settle in time, {StoppedError} when the run is stopped meanwhile; what
 * it rejects with passes.
 */
export function settled<T>(
  what: string,
  given: T | PromiseLike<T>,
  { stop, timeoutMs, after }: CallbackGuard,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let stopListening: (() => void) | undefined;
    const cancelTimer =
      timeoutMs === null
        ? undefined
        : after(timeoutMs, () => {
            stopListening?.();
            reject(new CallbackError(`Cannot finish ${what}: it did not settle within ${timeoutMs} ms`));
          });
    const end = (): void => {
      cancelTimer?.();
      stopListening?.();
    };
    stopListening = stop.onStop((state) => {
      end();
      reject(new StoppedError(state));
    });
    Promise.resolve(given).then(
      (value) => {
        end();
        resolve(value);
      },
      (error: unknown) => {
        end();
        reject(error as Error);
      },
    );
  });
}

/** The state that a handler gave in place of another; undefined where it gave none. @throws {CallbackError} for anything else. */
export function stateGiven(what: string, given: unknown): State | undefined {
  if (given === undefined || given === null) return undefined;
  if (given instanceof State) return given as State;
  throw new CallbackError(`Cannot use ${what}: it must give a State or nothing, not ${kindOf(given)}`);
}

/** An error in one line: "TypeError: no such row". */
export function oneLine(thrown: unknown): string {
  const { name, message } = toErrorRecord(thrown);
  return `${name}: ${message.split("\n", 1)[0]}`;
}

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  (typeof value === "object" || typeof value === "function") &&
  value !== null &&
  typeof (value as { then?: unknown }).then === "function";

/** What a value is, for a message: `5`, `"text"`, an array, a Map. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return "an array";
  const name = value.constructor?.name;
  return name && name !== "Object" ? `a ${name}` : "an object that is none";
}
