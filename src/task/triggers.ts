import type { State } from "../state/states.js";

/** Decides from the states a task waited for whether it may run. Throwing a signal decides its state. */
export interface Trigger {
  /** For messages: "allSuccessful". */
  readonly name?: string;
  (upstream: readonly State[]): boolean | "pause";
}

/** Bounds of a share of the upstream states: below 1 a fraction of them, 1 and above a count. */
export interface Share {
  readonly atLeast?: number;
  readonly atMost?: number;
}

const named = (name: string, trigger: (upstream: readonly State[]) => boolean | "pause"): Trigger =>
  Object.defineProperty(trigger, "name", { value: name });

const allFinished = named("allFinished", (upstream) => upstream.every((state) => state.isFinished()));

/** When a task runs, seen from what came before it. Skipped counts as success, TriggerFailed as failure. */
export const triggers = {
  allSuccessful: named("allSuccessful", (upstream) => upstream.every((state) => state.isSuccessful())),
  allFailed: named("allFailed", (upstream) => upstream.every((state) => state.isFailed())),
  anySuccessful: named(
    "anySuccessful",
    (upstream) => upstream.length === 0 || upstream.some((state) => state.isSuccessful()),
  ),
  anyFailed: named("anyFailed", (upstream) => upstream.length === 0 || upstream.some((state) => state.isFailed())),
  allFinished,
  alwaysRun: allFinished,
  /** Pauses the task until somebody resumes it. */
  manualOnly: named("manualOnly", () => "pause"),
  notAllSkipped: named(
    "notAllSkipped",
    (upstream) => upstream.every((state) => state.isSuccessful()) && !allSkipped(upstream),
  ),
  someFailed: (share: Share) =>
    named("someFailed", (upstream) =>
      within(share, upstream.filter((state) => state.isFailed()).length, upstream.length),
    ),
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
