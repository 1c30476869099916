import type { State } from "../../state/states.js";
import { inputResults } from "./steps-inputs.js";
import type { TaskRun } from "./task-run.js";

/** A state in which the task itself asked to wait carries the inputs to go on with; any other passes. */
export function withInputs(state: State, run: TaskRun): State {
  if (state.type !== "Retrying" && state.type !== "Paused") return state;
  const changes = { cachedInputs: inputResults(run.inputs), context: { ...state.context, ...loopContext(run) } };
  return state.type === "Paused" ? state.with(changes) : state.with(changes);
}

/** In which round of a loop the next attempt goes on. */
export const loopContext = (run: TaskRun): { loopCount?: number } =>
  run.loopCount > 1 ? { loopCount: run.loopCount } : {};
