import { Failed, Retrying, type State } from "../../state/states.js";
import { type Duration, durationMs } from "../../task/duration.js";
import { CallbackError, callbackName, callSync, oneLine } from "./callbacks.js";
import { End, type Step } from "./step.js";
import type { TaskExecution } from "./task-execution.js";

/** Puts a failed task off for another attempt. */
export const checkRetry: Step = (state, execution, { clock }) => {
  if (!state.isFailed() || state.type === "TriggerFailed") return state;
  const { settings } = execution.call.task;
  try {
    if (execution.runCount > settings.maxRetries || !mayRetry(state, execution)) return state;
    const delayMs = delayOf(state, execution) * (1 - settings.jitter * clock.random());
    return new Retrying({
      message: state.message,
      runCount: execution.runCount,
      startTime: new Date(clock.now() + delayMs),
    });
  } catch (error) {
    const { message, cause } = error as CallbackError; // nothing else is thrown above
    const told = `${message}; the task itself failed with ${oneLine(state.result)}`;
    return new End(
      new Failed<unknown>({ message: told, result: new CallbackError(told, { cause: cause ?? state.result }) }),
    );
  }
};

function mayRetry(state: State, { call }: TaskExecution): boolean {
  const { retryIf } = call.task.settings;
  return callSync(
    callbackName("retryIf", "task", call.name),
    "true or false",
    () => retryIf(state.result),
    (given) => (typeof given === "boolean" || given === undefined || given === null ? Boolean(given) : undefined),
  );
}

function delayOf(state: State, { call, runCount }: TaskExecution): number {
  const what = callbackName("retryDelay", "task", call.name);
  return callSync(
    what,
    'milliseconds or a duration such as "5s"',
    () => call.task.settings.retryDelay(runCount, state.result),
    (given) => durationOrUndefined(given, what),
  );
}

function durationOrUndefined(given: unknown, what: string): number | undefined {
  try {
    return durationMs(given as Duration, what);
  } catch {
    return undefined; // told by the caller, with what was given
  }
}
