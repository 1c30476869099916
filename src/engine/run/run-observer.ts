import type { State } from "../../state/states.js";
import type { TaskCall } from "../../task/task-call.js";
import { callbackName, isThenable, oneLine } from "../task/callbacks.js";

type OnState = (state: State, call: TaskCall | null, mapIndex: number | null) => void;

/** Calls `onState`. What it throws or rejects with is said once a run, as a warning: the run itself is not concerned. */
export function runObserver(flowName: string, onState: OnState | undefined): OnState {
  if (onState === undefined) return () => {};
  if (typeof onState !== "function") throw new TypeError(`Cannot run flow "${flowName}": onState is no function`);
  let hasWarned = false;
  const warn = (thrown: unknown, state: State, call: TaskCall | null): void => {
    if (hasWarned) return;
    hasWarned = true;
    const where = call ? `${state.type} of task "${call.name}"` : state.type;
    process.emitWarning(
      `${callbackName("onState", "flow", flowName)} threw ${oneLine(thrown)} at ${where}`,
      "CellarWarning",
    );
  };
  return (state, call, mapIndex) => {
    try {
      const given: unknown = onState(state, call, mapIndex);
      if (isThenable(given)) given.then(undefined, (thrown: unknown) => warn(thrown, state, call));
    } catch (thrown) {
      warn(thrown, state, call);
    }
  };
}
