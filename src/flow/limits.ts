import { checkOptions } from "../task/known-options.js";

/** How many tasks with a tag, or of a name, may be called. */
export interface Limit {
  /** At once. @default no limit */
  readonly concurrency?: number;
  /** Begun within any second. @default no limit */
  readonly perSecond?: number;
}

/** By tag, or by the name of a task: `{ "api.example.org": { concurrency: 2, perSecond: 5 } }`. */
export interface Limits {
  readonly [tagOrName: string]: Limit;
}

/** @throws {TypeError} naming a limit that makes no sense. */
export function checkLimits(what: string, limits: Limits | undefined): void {
  for (const [name, limit] of Object.entries(limits ?? {})) {
    const action = `${what} with limit ${JSON.stringify(name)}`;
    checkOptions(action, limit, ["concurrency", "perSecond"]);
    const { concurrency = 1, perSecond = 1 } = limit;
    if (!(concurrency >= 1))
      throw new TypeError(`Cannot ${action}: concurrency is ${String(concurrency)}, not 1 or more`);
    if (!(perSecond > 0)) throw new TypeError(`Cannot ${action}: perSecond is ${String(perSecond)}, not above 0`);
  }
}
