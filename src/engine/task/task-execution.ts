import type { EpochMs } from "../../contracts/json.js";
import type { TaskRunRecord } from "../../contracts/records.js";
import type { Result } from "../../result/result.js";
import type { State } from "../../state/states.js";
import type { RememberedTask } from "../../store/task-memory.js";
import type { CallInput, TaskCall } from "../../task/task-call.js";
import type { Hashes } from "../../task/validators.js";
import type { MapPlan } from "../plan/map-plan.js";
import type { InputPreviews } from "../resume/input-previews.js";
import type { SourceKey } from "../resume/source-key.js";

/** An input of a task as it is handed over, with the Result it came in, where it came in one. */
export interface FilledInput {
  readonly name: string;
  readonly value: unknown;
  readonly result: Result | null;
}

/** The cache entry of a result that a later run may take. */
export interface CacheEntry {
  readonly key: string;
  readonly expires: EpochMs;
  readonly hashedInputs: { readonly [name: string]: string };
  readonly cachedParameters: { readonly [name: string]: string };
}

/** What tells whether a task would do the same again. */
export interface ExecutionKeys {
  readonly source: SourceKey;
  readonly inputs: Hashes;
  readonly parameters: Hashes;
  /** Short texts of the inputs, made when first asked for. */
  readonly previews: () => InputPreviews;
}

/**
 * One task run in one attempt of a flow run: a call, or one child of a mapped call. It is the only record of that
 * task run while the attempt is under way; the pipeline's steps read and write it.
 */
export interface TaskExecution {
  readonly node: CallNode;
  readonly call: TaskCall;
  readonly mapIndex: number | null;
  /** Id of the task run; kept from attempt to attempt of the flow run. */
  readonly id: string;
  /** As an earlier attempt of the flow run left it. */
  readonly previous: RememberedTask | undefined;
  /** The arguments; of a child its own items. */
  readonly inputs: readonly CallInput[];
  /** The calls it waits for; a child waits for its own child of those it follows one to one. */
  readonly upstream: ReadonlySet<TaskCall>;
  state: State;
  /** Of a child: what it waits for that has not finished. */
  waiting: number;
  /** Children of other maps that follow this one; null: none. */
  followers: TaskExecution[] | null;
  /** Something of it happened in this attempt, so that what depends on it is executed as well. */
  executed: boolean;
  /** It was executed because its stored result was damaged, and gave the same again: dependents are not concerned. */
  recomputed: boolean;
  /** Attempts begun. */
  runCount: number;
  /** Id of the latest attempt: written with its Running state. */
  attempt: string | null;
  /** Round of its loop, from 1. */
  loopCount: number;
  /** What the previous round gave. */
  loopResult: Result | undefined;
  startedAt: EpochMs | null;
  /** Somebody resumed it after it was Paused. */
  resumed: boolean;
  /** What that person gave it. */
  resumeValue: unknown;
  /** Why it was executed or not. */
  reason: string | null;
  cache: CacheEntry | null;
  /** While it waits for its start time: the end of the wait, on the clock's monotonic scale. */
  dueAt: number | null;
  /** Cancels the wait for its start time. */
  stopWaiting: (() => void) | null;
  /** What one pass through the pipeline works with; null between two passes. */
  pass: ExecutionPass | null;
}

/** What one pass through the pipeline works with. It is dropped behind the pass: it holds values. */
export interface ExecutionPass {
  /** The states the execution waited for. */
  readonly upstream: ReadonlyMap<TaskCall, State>;
  /** Null where nobody compares. */
  readonly keys: ExecutionKeys | null;
  inputs: readonly FilledInput[];
  /** States that were reached and are not written yet. */
  readonly unwritten: State[];
  /** As it was last written: progress is shown on it. */
  record: TaskRunRecord | null;
}

/** A call in a run, with what waits for it. */
export interface CallNode {
  readonly call: TaskCall;
  readonly source: SourceKey;
  readonly plan: MapPlan;
  /** The call as a whole; of a mapped one its parent. */
  readonly execution: TaskExecution;
  /** Of a mapped call: the states that its children were given, where the run was given a Mapped state. */
  readonly givenChildren: readonly State[] | null;
  /** Of a mapped call, once its lists are known. */
  children: readonly TaskExecution[] | null;
  /** Calls it waits for: to finish, or, where its children wait one to one, to have their children. */
  waiting: number;
  /** It has finished, and what waits for it was released. */
  done: boolean;
  /** Children that have not finished. */
  waitingChildren: number;
  /** What waits until it has finished. */
  readonly downstream: (CallNode | TaskExecution)[];
  /** Mapped calls that wait until its children are there. */
  readonly oneToOne: CallNode[];
}

/** The nodes of a run, by call. */
export type CallNodes = ReadonlyMap<TaskCall, CallNode>;

export type ExecutionFields = Pick<
  TaskExecution,
  "node" | "call" | "mapIndex" | "id" | "previous" | "inputs" | "upstream" | "state"
>;

/** Written out field by field: a run makes one for each of its tasks. */
export const newExecution = (fields: ExecutionFields): TaskExecution => ({
  node: fields.node,
  call: fields.call,
  mapIndex: fields.mapIndex,
  id: fields.id,
  previous: fields.previous,
  inputs: fields.inputs,
  upstream: fields.upstream,
  state: fields.state,
  waiting: 0,
  followers: null,
  executed: false,
  recomputed: false,
  runCount: 0,
  attempt: null,
  loopCount: 1,
  loopResult: undefined,
  startedAt: null,
  resumed: false,
  resumeValue: undefined,
  reason: null,
  cache: null,
  dueAt: null,
  stopWaiting: null,
  pass: null,
});

/** The key of a task run among those of a flow run: "inspect", "inspect[3]". */
export const executionName = (name: string, mapIndex: number | null): string =>
  mapIndex === null ? name : `${name}[${mapIndex}]`;

/** The pass that is under way. @throws {Error} between two passes, which no step is called in. */
export function passOf({ pass, call }: TaskExecution): ExecutionPass {
  if (!pass) throw new Error(`Cannot read the inputs of "${call.name}": no pass of it is under way`);
  return pass;
}
