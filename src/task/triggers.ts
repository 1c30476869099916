import type { State } from "../state/states.js";

/** Decides from the states a task waited for whether it may run. Throwing a signal decides its state. */
export interface Trigger {
  /** For messages: "allSuccessful". */
  readonly name?: string;
  (upstream: readonly State[]): boolean | "pause";
}

/** Bounds of a share of the upstream states: below 1 a fraction of them, 1 and above a count. */
export interface Share {
  /** Lower bound, itself included. @default none */
  readonly atLeast?: number;
  /** Upper bound, itself included. @default none */
  readonly atMost?: number;
}

const named = (name: string, trigger: (upstream: readonly State[]) => boolean | "pause"): Trigger =>
  Object.defineProperty(trigger, "name", { value: name });

const allFinished = named("allFinished", (upstream) => upstream.every((state) => state.isFinished()));

/** When a task runs, seen from what came before it. Skipped counts as success, TriggerFailed as failure. */
export const triggers = {
  /** All before it succeeded, or there are none. The default. */
  allSuccessful: named("allSuccessful", (upstream) => upstream.every((state) => state.isSuccessful())),
  /** All before it failed. */
  allFailed: named("allFailed", (upstream) => upstream.every((state) => state.isFailed())),
  /** At least one before it succeeded, or there are none. */
  anySuccessful: named(
    "anySuccessful",
    (upstream) => upstream.length === 0 || upstream.some((state) => state.isSuccessful()),
  ),
  /** At least one before it failed, or there are none. */
  anyFailed: named("anyFailed", (upstream) => upstream.length === 0 || upstream.some((state) => state.isFailed())),
  /** All before it are over, whatever they came to. */
  allFinished,
  /** The same as `allFinished`. */
  alwaysRun: allFinished,
  /** Pauses the task until somebody resumes it. */
  manualOnly: named("manualOnly", () => "pause"),
  /** All before it succeeded, and not all of them by being skipped. */
  notAllSkipped: named(
    "notAllSkipped",
    (upstream) => upstream.every((state) => state.isSuccessful()) && !allSkipped(upstream),
  ),
  /** So many before it failed: `someFailed({ atLeast: 0.5 })`, `someFailed({ atMost: 2 })`. */
  someFailed: (share: Share) =>
    named("someFailed", (upstream) =>
      within(share, upstream.filter((state) => state.isFailed()).length, upstream.length),
    ),
  /** So many before it succeeded. */
  someSuccessful: (share: Share) =>
    named("someSuccessful", (upstream) =>
      within(share, upstream.filter((state) => state.isSuccessful()).length, upstream.length),
    ),
} as const;

const allSkipped = (upstream: readonly State[]): boolean =>
  upstream.length > 0 && upstream.every((state) => state.isSkipped());

function within({ atLeast, atMost }: Share, found: number, of: number): boolean {
  const count = (bound: number): number => (bound < 1 ? bound * of : bound);
  return (atLeast === undefined || found >= count(atLeast)) && (atMost === undefined || found <= count(atMost));
}
