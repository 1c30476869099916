import type { Node } from "../plan/unit.js";

/** What an attempt did with its task runs: children one by one, their parent not. */
export interface RunCounts {
  readonly kept: number;
  /** Taken from the cache. */
  readonly cached: number;
  readonly ran: number;
}

export function countUnits(nodes: Iterable<Node>): RunCounts {
  const counts = { kept: 0, cached: 0, ran: 0 };
  for (const { unit, call, children } of nodes)
    for (const each of children ?? (call.mapped ? [] : [unit]))
      if (!each.ran) counts.kept += each.state.isFinished() ? 1 : 0;
      else if (each.state.type === "Cached" && each.startedAt === null) counts.cached += 1;
      else counts.ran += 1;
  return counts;
}
