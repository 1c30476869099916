import type { FlowResults, FlowState } from "../../flow/flow-results.js";
import { Cancelled, Failed, Paused, Running, type State, Success } from "../../state/states.js";
import type { TaskCall } from "../../task/task-call.js";

/** The state of a flow run from those of its calls. A map counts by its children. */
export function finalState(
  results: FlowResults,
  terminal: readonly TaskCall[],
  reference: readonly TaskCall[],
  stopped: State | undefined,
): FlowState {
  const result = results;
  const all = [...results.values()].flatMap(expanded);
  // A reference task may not have finished where what comes behind it was given a state.
  if (statesOf(results, [...terminal, ...reference]).some((state) => !state.isFinished())) {
    if (stopped) return new Cancelled<FlowResults>({ message: stopped.message, result });
    if (all.some((state) => state.type === "Paused"))
      return new Paused<FlowResults>({ message: "Some tasks wait to be resumed.", result });
    return new Running<FlowResults>({ message: "Some tasks wait for their start time.", result });
  }
  const decisive = statesOf(results, reference);
  if (decisive.some((state) => state.isFailed()))
    return new Failed<FlowResults>({ message: "Some reference tasks failed.", result });
  if (decisive.every((state) => state.isSuccessful()))
    return new Success<FlowResults>({ message: "All reference tasks succeeded.", result });
  return new Cancelled<FlowResults>({ message: stopped?.message ?? "Some reference tasks were cancelled.", result });
}

const statesOf = (results: FlowResults, calls: readonly TaskCall[]): State[] =>
  calls.flatMap((call) => expanded(results.get(call)));

const expanded = (state: State): readonly State[] =>
  state.type === "Mapped" && state.mapStates.length > 0 ? state.mapStates : [state];
