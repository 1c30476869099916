import type { Rerun } from "../../contracts/run-comm.js";
import { dependentCalls } from "../../flow/call-order.js";
import type { RememberedTask } from "../../store/task-memory.js";
import type { TaskCall } from "../../task/task-call.js";

/**
 * The calls that run again whatever they came to before; what else did not end well runs again anyway.
 * @throws {TypeError} when the flow has no call of that name.
 */
export function callsAgain(flowName: string, calls: readonly TaskCall[], rerun: Rerun): ReadonlySet<TaskCall> {
  if (!("task" in rerun)) return new Set(rerun.kind === "all" ? calls : []);
  const call = calls.find(({ name }) => name === rerun.task);
  if (!call) throw new TypeError(`Cannot run flow "${flowName}": it has no call ${JSON.stringify(rerun.task)}`);
  return rerun.kind === "from" ? new Set(dependentCalls(call, calls)) : new Set();
}

/** What an earlier attempt left, without what is to run again, and with the paused task told to go on. */
export function recall(
  remembered: Map<string, RememberedTask>,
  again: ReadonlySet<TaskCall>,
  rerun: Rerun,
): ReadonlyMap<string, RememberedTask> {
  const names = new Set([...again].map(({ name }) => name));
  for (const [key, task] of remembered) {
    const { name, state } = task.run;
    if (names.has(name)) remembered.delete(key);
    else if (rerun.kind === "resume" && name === rerun.task && state.type === "Paused") {
      const resume = { ...state, type: "Resume" as const, startTime: state.timestamp };
      remembered.set(key, { ...task, run: { ...task.run, state: resume } });
    }
  }
  return remembered;
}
