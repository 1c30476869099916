import { STATE_TYPES } from "../contracts/records.js";
import type { StoreMethod } from "./store-methods.js";

/** What an argument may be, and how a person is told. */
interface Rule {
  readonly fits: (value: unknown) => boolean;
  readonly what: string;
}

const isText = (value: unknown): boolean => typeof value === "string";
const TEXT: Rule = { fits: isText, what: "text" };
const COUNT: Rule = {
  fits: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  what: "a whole number from 0",
};
const ATTEMPT: Rule = {
  fits: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
  what: "a whole number from 1",
};
const MOMENT: Rule = { fits: Number.isFinite, what: "a moment in milliseconds since 1970" };
const CURSOR: Rule = {
  fits: (value) => isText(value) || Number.isFinite(value),
  what: "the id of a run, or a moment in milliseconds since 1970",
};
const STATE: Rule = { fits: (value) => STATE_TYPES.includes(value as never), what: "the name of a state" };
const YES_OR_NO: Rule = { fits: (value) => typeof value === "boolean", what: "true or false" };

/** Options of an object that is asked with. */
interface Options {
  readonly [name: string]: Rule & { readonly isNeeded?: boolean };
}
const FILTER: Options = { notebook: TEXT, file: TEXT, flow: TEXT, state: STATE, limit: COUNT, before: CURSOR };
const GC: Options = {
  olderThan: { ...MOMENT, isNeeded: true },
  keepLast: { ...COUNT, isNeeded: true },
  dryRun: { ...YES_OR_NO, isNeeded: true },
};
/** What people mean by names that there are not. */
const MEANT: { readonly [name: string]: string } = { count: "limit", max: "limit", name: "flow", type: "state" };

/** What people may ask a store with; programs of ours hold to the types. */
const CHECKS: { readonly [M in StoreMethod]?: (asked: readonly unknown[]) => void } = {
  flowRuns: ([filter = {}]) => checkOptions("list runs", filter, FILTER),
  gc: ([ask]) => checkOptions("remove runs", ask, GC),
  flowRun([runId, attempt]) {
    check("read run", "its id", runId, TEXT);
    if (attempt !== undefined) check("read run", "attempt", attempt, ATTEMPT);
  },
  attempts: ([runId]) => check("read attempts", "the run's id", runId, TEXT),
  rememberedRun: ([runId]) => check("read run", "its id", runId, TEXT),
  history: ([taskRunId]) => check("read history", "the task run's id", taskRunId, TEXT),
  logs: ([taskRunId]) => check("read logs", "the task run's id", taskRunId, TEXT),
  readResult: ([id]) => check("read result", "its id", id, TEXT),
  madeBy: ([id]) => check("read result", "its id", id, TEXT),
};

/** Checks what a method is asked with. @throws {TypeError} naming what makes no sense */
export function checkAsked(method: StoreMethod, asked: readonly unknown[]): void {
  CHECKS[method]?.(asked);
}

function checkOptions(action: string, given: unknown, options: Options): void {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new TypeError(`Cannot ${action}: expected an object of options, got ${shown(given)}`);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(options, name)) continue;
    const meant = MEANT[name];
    const wayOut =
      meant !== undefined && Object.hasOwn(options, meant)
        ? `use "${meant}"`
        : `there are ${Object.keys(options).join(", ")}`;
    throw new TypeError(`Cannot ${action}: there is no option ${JSON.stringify(name)}; ${wayOut}`);
  }
  for (const [name, rule] of Object.entries(options)) {
    const value = (given as { [name: string]: unknown })[name];
    if (value !== undefined || rule.isNeeded) check(action, name, value, rule);
  }
}

function check(action: string, name: string, value: unknown, { fits, what }: Rule): void {
  if (!fits(value)) throw new TypeError(`Cannot ${action}: ${name} must be ${what}, not ${shown(value)}`);
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  return String(value).slice(0, 60);
}
