import { Paused, unwrapped } from "../../state/states.js";
import { askTrigger, skippedByUpstream } from "../plan/trigger-check.js";
import { End, type Step } from "./step.js";
import { inputResults } from "./steps-inputs.js";
import { passOf } from "./task-execution.js";

/** Unwraps meta states; takes over the count of attempts of a state that waits for another. */
export const initializeRun: Step = (state, execution) => {
  const plain = unwrapped(state);
  if (plain.type === "Retrying") execution.runCount = plain.runCount;
  return plain;
};

/** Only what is pending runs; a finished state ends here, a given Cached one is checked first. */
export const checkReady: Step = (state) => (state.isPending() || state.type === "Cached" ? state : new End(state));

/** Not before its start time; a Paused state without one waits for somebody. */
export const checkStartTime: Step = (state, execution, { clock }) => {
  if (state.type === "Resume") {
    execution.resumed = true;
    return state;
  }
  if (state.type !== "Scheduled" && state.type !== "Retrying" && state.type !== "Paused") return state;
  const { startTime } = state;
  if (startTime === null) return new End(state);
  const { dueAt } = execution;
  execution.dueAt = null;
  const isDue = dueAt !== null && dueAt <= clock.monotonic();
  return isDue || startTime.getTime() <= clock.now() ? state : new End(state);
};

/** Not before everything it waits for has finished. */
export const checkUpstreamFinished: Step = (state, execution) => {
  for (const each of passOf(execution).upstream.values()) if (!each.isFinished()) return new End(state);
  return state;
};

/** Skipped when something it waits for was, before any trigger is asked. */
export const checkUpstreamSkipped: Step = (state, execution) => {
  const skipped = skippedByUpstream(execution.call, passOf(execution).upstream);
  return skipped ? new End(skipped) : state;
};

/** Asks the task's trigger. A task that somebody resumed does not pause again. */
export const checkTrigger: Step = (state, execution, { clock }) => {
  const pass = passOf(execution);
  const decided = askTrigger(execution.call, pass.upstream, clock.now);
  if (decided === undefined || (decided.type === "Paused" && execution.resumed)) return state;
  if (decided.type !== "Paused") return new End(decided);
  return new End(new Paused({ message: decided.message, cachedInputs: inputResults(execution) }));
};
