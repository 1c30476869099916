import { toErrorRecord } from "../../links/error-record.js";
import { Result } from "../../result/result.js";
import { isByteStream } from "../../result/stored-bytes.js";
import { Cached, Failed, Paused, Pending, Running, type State } from "../../state/states.js";
import { askTrigger } from "../plan/trigger-check.js";
import { cacheMemoryOf, invalidity, lookUp } from "../resume/cache-key.js";
import { End, type Step } from "./step.js";
import { inputResults } from "./steps-inputs.js";
import type { TaskRun } from "./task-run.js";
import { TaskScope } from "./task-scope.js";
import { withInputs } from "./waiting-state.js";

/** Takes a result that is young enough and was made from the same; a given Cached is held to that as well. */
export const checkCached: Step = (state, run) => {
  if (state.type !== "Cached") return run.call.task.settings.cacheForMs === null ? state : cachedOr(state, run);
  const invalid = invalidity(state, run);
  if (invalid === null) return new End(state);
  run.reason = invalid;
  const pending = new Pending<unknown>({ message: `The given cached result was not taken: ${invalid}.` });
  return run.call.task.settings.cacheForMs === null ? pending : cachedOr(pending, run);
};

async function cachedOr(state: State, run: TaskRun): Promise<State | End> {
  const found = await lookUp(run);
  return found ? new End(found) : state;
}

/** Asks the task's trigger. A task that somebody resumed does not pause again. */
export const checkTrigger: Step = (state, run) => {
  const decided = askTrigger(run.call, run.upstream);
  if (decided === undefined || (decided === "pause" && run.resumed)) return state;
  if (decided !== "pause") return new End(decided);
  return new End(new Paused({ message: "It waits to be resumed.", cachedInputs: inputResults(run.inputs) }));
};

export const setRunning: Step = (_, run) => {
  run.runCount += 1;
  return new Running<unknown>({});
};

/** Calls the task, with time-out, signals and errors trapped. */
export const callTask: Step = async (_, run) => {
  const { scope, call } = run;
  const { stop } = scope;
  if (stop.state) return stop.state;
  const ref = { taskRunId: run.id, task: call.task };
  const args = run.inputs.map(({ value }) => value);
  const token = new TaskScope(run);
  const submitted = await scope.executor.submit(ref, args, token);
  const ended = hasStream(submitted) ? await withStreamKept(submitted, token) : submitted;
  const { serializer } = call.task.settings;
  return withInputs(serialized(ended, serializer ?? scope.serializer), run);
};

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
function serialized(state: State, serializer: TaskRun["scope"]["serializer"]): State {
  if (!serializer || !(state.type === "Success" || state.type === "Looped") || state._result.serialized) return state;
  return state.with({ result: new Result({ value: state.result, serializer }) });
}

/** Stores what the task produced. A write that fails leaves the value usable in this run. */
export const persistResult: Step = (state, run) => {
  const kept = run.scope.keeper.keep(state._result, run.call.task.settings.checkpoint);
  return kept instanceof Promise ? kept.then(() => state) : state;
};

/** Keeps the result for later runs, for as long as the task says. */
export const cacheResult: Step = (state, run) => {
  const { cacheForMs } = run.call.task.settings;
  if (cacheForMs === null || state.type !== "Success") return state;
  const memory = cacheMemoryOf(run, cacheForMs);
  if (!memory) return state;
  run.cache = memory;
  const { message, _result, timestamp, context } = state;
  return new Cached({
    message,
    result: _result,
    timestamp,
    context,
    cachedResultExpiration: new Date(memory.expires),
    hashedInputs: memory.hashedInputs,
    cachedParameters: memory.cachedParameters,
  });
};

/** An error of the engine itself in place of the task's: loud, and the run goes on. */
export const stepFailed = (thrown: unknown): State => {
  const { name, message } = toErrorRecord(thrown);
  return new Failed<unknown>({ message: `${name}: ${message}`, result: thrown });
};
