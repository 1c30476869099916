import { type Failed, type Paused, Retrying, type State } from "../state/states.js";
import type { Step } from "./step.js";
import { inputResults } from "./steps-inputs.js";
import type { TaskRun } from "./task-run.js";

/** Puts a failed task off for another attempt, and gives every pending state the inputs to go on with. */
export const checkRetry: Step = (state, run) => {
  if (state.type === "Retrying" || state.type === "Paused") return withInputs(state, run);
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

function withInputs(state: Retrying | Paused, run: TaskRun): State {
  const changes = { cachedInputs: inputResults(run.inputs), context: { ...state.context, ...loopContext(run) } };
  return state.type === "Paused" ? state.with(changes) : state.with(changes);
}

/** In which round of a loop the next attempt goes on. */
const loopContext = (run: TaskRun): { loopCount?: number } => (run.loopCount > 1 ? { loopCount: run.loopCount } : {});
