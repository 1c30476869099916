import { toErrorRecord } from "../../links/error-record.js";
import { NoResult } from "../../result/no-result.js";
import { Result } from "../../result/result.js";
import { isByteStream } from "../../result/stored-bytes.js";
import { Cached, Failed, Pending, Running, State, type Success } from "../../state/states.js";
import { cacheEntryOf, invalidity, lookUp } from "../resume/cache-key.js";
import { CallbackError, isThenable, kindOf, StoppedError, settled } from "./callbacks.js";
import { End, type RunScope, type Step } from "./step.js";
import { passOf, type TaskExecution } from "./task-execution.js";
import { TaskScope } from "./task-scope.js";

/** Takes a result that is young enough and was made from the same; a given Cached is held to that as well. */
export const checkCached: Step = (state, execution, scope) => {
  const { cacheForMs } = execution.call.task.settings;
  if (state.type !== "Cached") return cacheForMs === null ? state : cachedOr(state, execution, scope);
  const invalid = invalidity(state, execution, scope);
  if (invalid === null) return new End(state);
  execution.reason = invalid;
  const pending = new Pending<unknown>({ message: `The given cached result was not taken: ${invalid}.` });
  return cacheForMs === null ? pending : cachedOr(pending, execution, scope);
};

async function cachedOr(state: State, execution: TaskExecution, scope: RunScope): Promise<State | End> {
  const found = await lookUp(execution, scope);
  return found ? new End(found) : state;
}

/** Waits until the limits of its tags let the task be called. */
export const awaitLimits: Step = (state, { call }, { limits }) => {
  const turn = limits.enter(call.task);
  return turn ? turn.then(() => state) : state;
};

export const setRunning: Step = (_, execution, { clock }) => {
  execution.runCount += 1;
  execution.attempt = clock.newId();
  return new Running<unknown>({});
};

/** Calls the task, with time-out, signals and errors trapped. */
export const callTask: Step = async (_, execution, scope) => {
  const { call } = execution;
  const confirmed = scope.confirmOwned(scope.clock.now());
  if (confirmed) await confirmed;
  if (scope.stop.state) return scope.stop.state;
  const ref = { taskRunId: execution.id, attempt: execution.attempt!, task: call.task };
  const args = passOf(execution).inputs.map(({ value }) => value);
  const token = new TaskScope(execution, scope);
  const given = scope.executor.submit(ref, args, token);
  const what = `executor for task ${JSON.stringify(call.name)}`;
  const submitted = isThenable(given)
    ? await settled(`the ${what}`, given, { stop: scope.stop, timeoutMs: null, after: scope.clock.after })
    : given;
  if (!(submitted instanceof State))
    throw new CallbackError(`Cannot use the ${what}: submit must give a State, not ${kindOf(submitted)}`);
  const ended = await loaded(hasStream(submitted) ? await withStreamKept(submitted, token) : submitted);
  return serialized(ended, call.task.settings.serializer ?? scope.serializer);
};

/** Retrying and messages need the error itself: an executor elsewhere gives it in its stored form. */
const loaded = (state: State): State | Promise<State> =>
  state.isFailed() && state._result !== NoResult && state._result.serialized ? state.load() : state;

const hasStream = (state: State): boolean =>
  (state.type === "Success" || state.type === "Looped") && !state._result.serialized && isByteStream(state.result);

/** A stream that came by a signal, or by an executor that leaves it to us. */
async function withStreamKept(state: State, token: TaskScope): Promise<State> {
  try {
    return state.with({ result: await token.keepStream(state.result as AsyncIterable<unknown>) });
  } catch (thrown) {
    return stepFailed(thrown);
  }
}

/** A task's value goes by the task's serializer, else by the flow's; an error by the default one. */
function serialized(state: State, serializer: RunScope["serializer"]): State {
  if (!serializer || !(state.type === "Success" || state.type === "Looped") || state._result.serialized) return state;
  return state.with({ result: new Result({ value: state.result, serializer }) });
}

/** Makes what the task produced ready for the store. Where that fails, the value stays usable in this run. */
export const persistResult: Step = (state, { call }, { results }) => {
  const { checkpoint, timeoutMs } = call.task.settings;
  const prepared = results.prepare(state._result, { checkpoint, taskName: call.name, timeoutMs });
  return prepared instanceof Promise ? prepared.then(() => state) : state;
};

/** Enters the result in the cache for as long as the task says. A result that is not stored is never entered. */
export const cacheResult: Step = (state, execution, scope) =>
  execution.call.task.settings.cacheForMs === null || state.type !== "Success"
    ? state
    : enterInCache(state, execution, scope);

async function enterInCache(state: Success, execution: TaskExecution, scope: RunScope): Promise<State> {
  const { call } = execution;
  const { cacheForMs, checkpoint, timeoutMs } = call.task.settings;
  const { reference } = await scope.results.prepare(state._result, { checkpoint, taskName: call.name, timeoutMs });
  const isKept = reference !== null || scope.results.store === null; // without a store, whoever has the state has it
  const entry = isKept ? cacheEntryOf(execution, scope, cacheForMs!) : undefined;
  if (!entry) {
    if (!isKept) execution.reason = "not cached: its result is not stored";
    return state;
  }
  execution.cache = entry;
  const { message, _result, timestamp, context } = state;
  return new Cached({
    message,
    result: _result,
    timestamp,
    context,
    cachedResultExpiration: new Date(entry.expires),
    hashedInputs: entry.hashedInputs,
    cachedParameters: entry.cachedParameters,
  });
}

/** The state of a task in whose place a step failed: loud, and the run continues. */
export const stepFailed = (thrown: unknown): State => {
  if (thrown instanceof StoppedError) return thrown.state;
  const { name, message } = toErrorRecord(thrown);
  return new Failed<unknown>({ message: `${name}: ${message}`, result: thrown });
};
