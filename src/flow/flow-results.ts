import { CallStates } from "../state/call-states.js";
import type { State } from "../state/states.js";
import type { TaskCall } from "../task/task-call.js";

/** The result of a flow's state: how each of its calls ended. */
export class FlowResults extends CallStates<TaskCall> {
  /** The state of a call. @throws {RangeError} when the call is of another flow. */
  override get<R>(call: TaskCall<R>): State<R> {
    const state = super.get(call);
    if (!state) throw new RangeError(`Cannot find the state of call "${call?.name}": it is of another flow or run`);
    return state as State<R>;
  }
}

/** Where a flow run stands. */
export type FlowState = State<FlowResults>;
