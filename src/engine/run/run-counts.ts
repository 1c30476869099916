import type { CallNode } from "../task/task-execution.js";

/** What an attempt did with its task runs: children one by one, their parent not. */
export interface RunCounts {
  /** Left in the state that an earlier attempt, or the caller, gave them. */
  readonly kept: number;
  /** Taken from the cache. */
  readonly cached: number;
  /** Called at least once. */
  readonly ran: number;
}

export function countExecutions(nodes: Iterable<CallNode>): RunCounts {
  const counts = { kept: 0, cached: 0, ran: 0 };
  for (const { execution, call, children } of nodes)
    for (const each of children ?? (call.mapped ? [] : [execution]))
      if (!each.executed) counts.kept += each.state.isFinished() ? 1 : 0;
      else if (each.startedAt !== null) counts.ran += 1;
      else if (each.state.type === "Cached") counts.cached += 1;
  return counts;
}
