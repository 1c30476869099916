import type { State } from "../../state/states.js";
import type { TaskCall } from "../../task/task-call.js";
import type { CallNodes, TaskExecution } from "../task/task-execution.js";

/** The child that a child follows one to one; undefined where it waits for the call as a whole. */
export function oneToOneChild(
  { node, mapIndex }: TaskExecution,
  call: TaskCall,
  nodes: CallNodes,
): TaskExecution | undefined {
  return mapIndex !== null && node.plan.oneToOne.has(call) ? nodes.get(call)!.children?.[mapIndex] : undefined;
}

/** The states an execution waits for: of a map's child those of the children it follows one to one. */
export function upstreamStatesOf(execution: TaskExecution, nodes: CallNodes): Map<TaskCall, State> {
  const upstream = new Map<TaskCall, State>();
  for (const call of execution.upstream) {
    const { state } = oneToOneChild(execution, call, nodes) ?? nodes.get(call)!.execution;
    const isGivenMap = execution.mapIndex !== null && execution.node.plan.oneToOne.has(call) && state.type === "Mapped";
    upstream.set(call, isGivenMap ? state.mapStates[execution.mapIndex]! : state);
  }
  return upstream;
}

/** Whether something an execution waits for was executed in this attempt, with another outcome than before. */
export function upstreamExecuted(execution: TaskExecution, nodes: CallNodes): boolean {
  for (const call of execution.upstream) {
    const { executed, recomputed } = oneToOneChild(execution, call, nodes) ?? nodes.get(call)!.execution;
    if (executed && !recomputed) return true;
  }
  return false;
}
