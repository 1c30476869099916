import type { Rerun } from "../../contracts/run-comm.js";
import { dependentCalls } from "../../flow/call-order.js";
import type { RunChoice } from "../../store/begin-ask.js";
import type { RememberedTask } from "../../store/task-memory.js";
import type { TaskCall } from "../../task/task-call.js";
import { executionName } from "../task/task-execution.js";

/** What an attempt resumes: which run of the place, and which of its calls are executed although they finished. */
export interface Selection {
  readonly run: RunChoice;
  readonly rerun: Rerun;
  /** What a person gave to the paused task that is resumed. */
  readonly resumeValue?: unknown;
}

/** The task runs of earlier attempts that an attempt begins with, and the paused one that is to continue. */
export interface SelectedPrevious {
  /** By `executionName`. */
  readonly previous: ReadonlyMap<string, RememberedTask>;
  /** Executions that a person resumed, by `executionName`. */
  readonly resumed: ReadonlySet<string>;
}

/** What `run({ resume, from })` asks for. */
export function selectionOf({ resume, from }: { readonly resume?: string; readonly from?: TaskCall }): Selection {
  const rerun: Rerun = from ? { kind: "from", task: from.name } : { kind: "failed" };
  if (resume === "never") return { run: { kind: "new" }, rerun };
  if (resume !== undefined && resume !== "failed") return { run: { kind: "run", id: resume }, rerun };
  return { run: { kind: from ? "last" : "unsuccessful" }, rerun };
}

/** What a button, or `retryRun`, asks for: more of one run. */
export const selectionOfRerun = (runId: string, rerun: Rerun): Selection => ({
  run: { kind: "run", id: runId },
  rerun,
});

/**
 * Names of the calls that are executed again whatever they reached before; what did not end well is executed anyway.
 * @throws {TypeError} when the flow has no call of that name.
 */
export function callsAgain(flowName: string, calls: readonly TaskCall[], { rerun }: Selection): ReadonlySet<string> {
  if (!("task" in rerun)) return new Set(rerun.kind === "all" ? calls.map(({ name }) => name) : []);
  const call = calls.find(({ name }) => name === rerun.task);
  if (!call) throw new TypeError(`Cannot run flow "${flowName}": it has no call ${JSON.stringify(rerun.task)}`);
  if (rerun.kind === "resume") return new Set();
  return new Set([...dependentCalls(call, calls)].map(({ name }) => name));
}

/** Takes what is executed again out of what earlier attempts left. */
export function selectPrevious(
  tasks: readonly RememberedTask[],
  again: ReadonlySet<string>,
  { rerun }: Selection,
): SelectedPrevious {
  const previous = new Map<string, RememberedTask>();
  const resumed = new Set<string>();
  for (const task of tasks) {
    const { name, mapIndex, state } = task.run;
    const key = executionName(name, mapIndex);
    if (again.has(name)) continue;
    if (rerun.kind === "resume" && name === rerun.task && state.type === "Paused") resumed.add(key);
    previous.set(key, task);
  }
  return { previous, resumed };
}
