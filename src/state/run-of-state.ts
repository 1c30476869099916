import type { RunReference } from "../contracts/records.js";
import type { State } from "./states.js";

const runs = new WeakMap<object, RunReference>();

/** Notes that a state is the one in which an attempt of a flow run ended. */
export function noteRunOf(state: State, { id, attempt }: RunReference): void {
  runs.set(state, { id, attempt });
}

/** The flow run that ended in this state; undefined for any other state. */
export const runOfState = (state: State): RunReference | undefined => runs.get(state);
