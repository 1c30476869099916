import { CallStates } from "../state/call-states.js";
import type { State } from "../state/states.js";
import type { TaskCall } from "../task/task-call.js";

/**
 * The result of a flow's state: how each of its calls ended. After a run that was gone on with, the values of kept
 * calls are at hand where the flow's body returned the call, and of all where the run has at most 1 000 calls and
 * 16 MiB of results; `(await state.load()).result` gives the others.
 */
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
