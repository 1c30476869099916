import type { State } from "../state/states.js";
import type { TaskCall } from "../task/task-call.js";

/** The result of a flow's state: how each of its calls ended. */
export class FlowResults extends Map<TaskCall, State> {
  /** The state of a call. @throws {RangeError} when the call is of another flow. */
  override get<R>(call: TaskCall<R>): State<R> {
    const state = super.get(call);
    if (!state) throw new RangeError(`Cannot find the state of call "${call?.name}": it is of another flow or run`);
    return state as State<R>;
  }

  /** The state of the call with this name. @throws {RangeError} when there is none. */
  task(name: string): State {
    for (const [call, state] of this) if (call.name === name) return state;
    const known = [...this.keys()].map((call) => JSON.stringify(call.name)).join(", ");
    throw new RangeError(`Cannot find the state of call "${name}": the run has ${known || "no calls"}`);
  }
}

/** Where a flow run stands. */
export type FlowState = State<FlowResults>;
