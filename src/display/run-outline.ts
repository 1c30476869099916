/** What a flow run looks like from above; imports contracts alone, so that the browser shares it with the fallbacks. */
import {
  FAILED_TYPES,
  type FlowRunRecord,
  type GraphInput,
  RUNNING_TYPES,
  type StateCounts,
  type StateType,
  SUCCESSFUL_TYPES,
  type TaskRunRecord,
} from "../contracts/records.js";

/** One call of a flow run, with its mapped children behind it. */
export interface OutlineNode {
  readonly name: string;
  readonly task: string;
  readonly upstream: readonly string[];
  readonly tags: readonly string[];
  readonly inputs: readonly GraphInput[];
  readonly mapped: boolean;
  /** Undefined while the call is only planned. */
  readonly run: TaskRunRecord | undefined;
  /** Those of its mapped children that this copy of the record holds. */
  readonly children: readonly TaskRunRecord[];
  /** All of its mapped children, by state. */
  readonly childStates: StateCounts;
}

/**
 * The task runs that the run's attempt has reached: what an earlier attempt left and this one has not come to yet is
 * not its own. The same object where all are.
 */
export function reachedOnly<R extends FlowRunRecord>(run: R): R {
  const isReached = ({ attempt, kept }: TaskRunRecord): boolean =>
    kept || attempt === undefined || attempt >= run.attempt;
  return run.tasks.every(isReached) ? run : { ...run, tasks: run.tasks.filter(isReached) };
}

/** The calls of a run in graph order; task runs that the graph does not name stand at the end. */
export function outlineRun(run: FlowRunRecord): OutlineNode[] {
  const parents = new Map<string, TaskRunRecord>();
  const children = new Map<string, TaskRunRecord[]>();
  for (const task of reachedOnly(run).tasks) {
    if (task.mapIndex === null) parents.set(task.name, task);
    else {
      const call = callName(task);
      const siblings = children.get(call);
      if (siblings) siblings.push(task);
      else children.set(call, [task]);
    }
  }
  const planned = new Map(run.graph.map((node) => [node.name, node]));
  const names = new Set([...planned.keys(), ...parents.keys(), ...children.keys()]);
  return [...names].map((name) => {
    const node = planned.get(name);
    const own = parents.get(name);
    const mapped = children.get(name) ?? [];
    return {
      name,
      task: node?.task ?? own?.task ?? name,
      upstream: node?.upstream ?? [],
      tags: node?.tags ?? [],
      inputs: node?.inputs ?? [],
      mapped: node?.mapped ?? mapped.length > 0,
      run: own,
      children: mapped,
      childStates: own?.childStates ?? countStates(mapped),
    };
  });
}

/** The type in which a call shows itself; undefined while it is only planned. */
export function outlineType({ run, childStates }: OutlineNode): StateType | undefined {
  if (run && !SUCCESSFUL_TYPES.includes(run.state.type)) return run.state.type;
  const types = Object.keys(childStates) as StateType[];
  const worst = types.find((type) => RUNNING_TYPES.includes(type)) ?? types.find((type) => FAILED_TYPES.includes(type));
  return worst ?? run?.state.type ?? types[0];
}

/** How many task runs are in which state: mapped children one by one, their parent not. */
export function countRun(outline: readonly OutlineNode[]): StateCounts {
  const counts: { [T in StateType]?: number } = {};
  for (const { run, childStates } of outline) {
    const types = Object.entries(childStates) as [StateType, number][];
    if (types.length === 0 && run) counts[run.state.type] = (counts[run.state.type] ?? 0) + 1;
    for (const [type, count] of types) counts[type] = (counts[type] ?? 0) + count;
  }
  return counts;
}

export function countStates(tasks: readonly TaskRunRecord[]): StateCounts {
  const counts: { [T in StateType]?: number } = {};
  for (const { state } of tasks) counts[state.type] = (counts[state.type] ?? 0) + 1;
  return counts;
}

export const countOf = (counts: StateCounts, types: readonly StateType[]): number =>
  types.reduce((sum, type) => sum + (counts[type] ?? 0), 0);

export const totalOf = (counts: StateCounts): number =>
  Object.values(counts).reduce((sum: number, count) => sum + (count ?? 0), 0);

/** "kept 2, cached 1, ran 3": what an attempt did; said of every one, so that it can be looked for. */
export const keptAndRan = ({ kept, cached, ran }: Pick<FlowRunRecord, "kept" | "cached" | "ran">): string =>
  `kept ${kept}, ${cached ? `cached ${cached}, ` : ""}ran ${ran}`;

/** The same for a header: on a first attempt nothing can have been kept, so that "kept 0" is left out. */
export const attemptCounts = (run: Pick<FlowRunRecord, "kept" | "cached" | "ran" | "attempt">): string =>
  run.attempt === 1 && run.kept === 0 ? keptAndRan(run).replace("kept 0, ", "") : keptAndRan(run);

/** The task run that failed first, by its own doing where there is one; undefined when none failed. */
export function firstFailure(tasks: readonly TaskRunRecord[]): TaskRunRecord | undefined {
  const failed = tasks.filter(({ state }) => FAILED_TYPES.includes(state.type));
  const own = failed.filter(({ state }) => state.type !== "TriggerFailed");
  const at = ({ endedAt, state }: TaskRunRecord): number => endedAt ?? state.timestamp;
  const earliest = (all: readonly TaskRunRecord[]) =>
    all.reduce<TaskRunRecord | undefined>((first, task) => (first && at(first) <= at(task) ? first : task), undefined);
  // A mapped parent fails because a child did: the child says more.
  return earliest(own.filter(({ mapIndex }) => mapIndex !== null)) && !own.some(isUnmappedError)
    ? earliest(own.filter(({ mapIndex }) => mapIndex !== null))
    : (earliest(own) ?? earliest(failed));
}

const isUnmappedError = ({ mapIndex, state }: TaskRunRecord): boolean => mapIndex === null && state.error !== undefined;

/** Whether a task run's result was taken from the cache, so that it never began. */
export const isCacheHit = ({ state, startedAt, kept }: TaskRunRecord): boolean =>
  state.type === "Cached" && startedAt === null && !kept;

/** A child's own title: its call's name with the map index. */
export const taskTitle = (task: Pick<TaskRunRecord, "name" | "mapIndex">): string =>
  task.mapIndex === null || task.name.endsWith(`[${task.mapIndex}]`) ? task.name : `${task.name}[${task.mapIndex}]`;

/** "2 of 4"; "5" where a task asked for more attempts than it was allowed. */
export const attemptText = ({ state, maxAttempts }: TaskRunRecord): string =>
  state.runCount > maxAttempts ? String(state.runCount) : `${state.runCount} of ${maxAttempts}`;

/** Loud, because nothing else shows it: the result lives only in this run. Undefined for any other. */
export function lostResultText({ state }: TaskRunRecord): string | undefined {
  const { kind, reason } = state.result;
  return kind === "Unserializable" ? `result not kept${reason ? `: ${reason}` : ""}` : undefined;
}

function callName(task: TaskRunRecord): string {
  const suffix = `[${task.mapIndex}]`;
  return task.name.endsWith(suffix) ? task.name.slice(0, -suffix.length) : task.name;
}
