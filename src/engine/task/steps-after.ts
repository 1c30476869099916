import { type Failed, Retrying } from "../../state/states.js";
import type { Step } from "./step.js";
import { inputResults } from "./steps-inputs.js";
import type { TaskRun } from "./task-run.js";
import { loopContext } from "./waiting-state.js";

/** Puts a failed task off for another attempt, with the inputs to go on with. */
export const checkRetry: Step = (state, run) => {
  if (!state.isFailed() || state.type === "TriggerFailed" || !mayRetry(state as Failed, run)) return state;
  const { settings } = run.call.task;
  const { clock } = run.scope;
  const delayMs = settings.retryDelayMs(run.runCount, state.result) * (1 - settings.jitter * clock.random());
  return new Retrying({
    message: state.message,
    runCount: run.runCount,
    startTime: new Date(clock.now() + delayMs),
    cachedInputs: inputResults(run.inputs),
    context: loopContext(run),
  });
};

function mayRetry(state: Failed, run: TaskRun): boolean {
  const { maxRetries, retryIf } = run.call.task.settings;
  return run.runCount <= maxRetries && retryIf(state.result);
}
