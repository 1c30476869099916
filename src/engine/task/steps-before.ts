import { unwrapped } from "../../state/states.js";
import { skippedByUpstream } from "../plan/trigger-check.js";
import { End, type Step } from "./step.js";

/** Unwraps meta states; takes over the count of attempts of a state that waits for another. */
export const initializeRun: Step = (state, run) => {
  const plain = unwrapped(state);
  if (plain.type === "Retrying") run.runCount = plain.runCount;
  return plain;
};

/** Only what is pending runs; a finished state is kept, a given Cached one if its time comes to be checked. */
export const checkReady: Step = (state) => (state.isPending() || state.type === "Cached" ? state : new End(state));

/** Not before its start time; a Paused state without one waits for somebody. */
export const checkStartTime: Step = (state, run) => {
  if (state.type === "Resume") {
    run.resumed = true;
    return state;
  }
  if (state.type !== "Scheduled" && state.type !== "Retrying" && state.type !== "Paused") return state;
  const { startTime } = state;
  return startTime !== null && startTime.getTime() <= run.scope.clock.now() ? state : new End(state);
};

/** Not before everything it waits for has finished. */
export const checkUpstreamFinished: Step = (state, { upstream }) => {
  for (const each of upstream.values()) if (!each.isFinished()) return new End(state);
  return state;
};

/** Skipped when something it waits for was, before any trigger is asked. */
export const checkUpstreamSkipped: Step = (state, { call, upstream }) => {
  const skipped = skippedByUpstream(call, upstream);
  return skipped ? new End(skipped) : state;
};
