import { createHash } from "node:crypto";
import {
  FINISHED_TYPES,
  type FlowRunSummary,
  type GraphNode,
  NO_RESULT_RECORD,
  type StateRecord,
  type StateType,
} from "../../src/contracts/records.js";
import type { BeginAsk, Owner, RunHold, RunPlace } from "../../src/store/begin-ask.js";
import type { ResultWrite, RunChange, Store, Transition } from "../../src/store/store.js";
import type { TaskRunMemory } from "../../src/store/task-memory.js";

/** Who runs the runs of a test: this process. */
export const self: Owner = { id: "owner-self", pid: process.pid, startedAt: Math.round(performance.timeOrigin) };

export const place: RunPlace = { file: "notes/etl.ipynb", cell: "cell-1", flow: "etl" };

export function stateOf(type: StateType, result?: ResultWrite): StateRecord {
  return {
    v: 1,
    type,
    message: null,
    timestamp: 1_000,
    runCount: 1,
    result: result
      ? {
          v: 1,
          kind: "Result",
          id: result.id,
          serialized: true,
          serializer: result.serializer.type,
          bytes: result.bytes,
          preview: result.preview,
        }
      : NO_RESULT_RECORD,
  };
}

export function resultOf(value: unknown): ResultWrite {
  const text = JSON.stringify(value);
  const id = createHash("sha256").update(text).digest("hex");
  return { id, text, bytes: Buffer.byteLength(text), serializer: { type: "json" }, preview: text.slice(0, 100) };
}

export function runOf(id: string, change: Partial<FlowRunSummary> = {}): FlowRunSummary {
  const { flow, file, cell } = place;
  return {
    v: 1,
    id,
    flow,
    place: { file, cell },
    state: stateOf("Running"),
    attempt: 1,
    kept: 0,
    ran: 0,
    createdAt: 1_000,
    startedAt: 1_000,
    endedAt: null,
    parameters: { limit: 3 },
    ...change,
  };
}

export function graphOf(...names: string[]): GraphNode[] {
  return names.map((name, index) => ({
    name,
    task: name,
    upstream: index === 0 ? [] : [names[index - 1]!],
    mapped: false,
    tags: [],
  }));
}

export interface TransitionSketch {
  readonly mapIndex?: number;
  readonly kept?: boolean;
  readonly result?: ResultWrite;
  /** Results to write; those of `result` where absent. */
  readonly results?: readonly ResultWrite[];
  readonly memory?: Partial<TaskRunMemory>;
}

/** Task run `runId/name` of `runId` comes to a state. */
export function transitionOf(runId: string, name: string, type: StateType, sketch: TransitionSketch = {}): Transition {
  const { mapIndex = null, kept = false, result, results = result ? [result] : [], memory } = sketch;
  return {
    run: {
      id: mapIndex === null ? `${runId}/${name}` : `${runId}/${name}/${mapIndex}`,
      flowRunId: runId,
      attempt: 1,
      name,
      task: name,
      mapIndex,
      state: stateOf(type, result),
      maxAttempts: 3,
      kept,
      startedAt: 1_000,
      endedAt: FINISHED_TYPES.includes(type) ? 2_000 : null,
      reason: null,
    },
    memory: {
      sourceKey: "source",
      inputKeys: {},
      result: result ? { id: result.id, serializer: result.serializer, bytes: result.bytes } : null,
      cachedInputs: {},
      cacheKey: null,
      cacheExpires: null,
      ...memory,
    },
    results,
  };
}

/** The right to write to a run that `self` began. */
export const holdOf = (runId: string, attempt = 1, { id } = self): RunHold => ({ runId, attempt, ownerId: id });

/** Asks for a run of `place`. */
export const askOf = (newId: string, change: Partial<BeginAsk> = {}): BeginAsk => ({
  newId,
  place,
  occurrence: 1,
  choice: { kind: "unsuccessful" },
  taken: [],
  owner: self,
  graph: graphOf("a"),
  parameters: { text: "{}", key: "key", shown: {} },
  now: 1_000,
  ...change,
});

/** Begins a run as a record says it: a new one, or its next attempt. It has the state that the record says. */
export async function beginRun(
  store: Store,
  run: FlowRunSummary,
  graph: readonly GraphNode[],
  owner: Owner,
): Promise<RunHold> {
  const { id, attempt, parameters: shown, createdAt, flow } = run;
  const { hold } = await store.begin({
    newId: attempt === 1 ? id : `${id}, attempt ${attempt}`,
    place: { ...run.place, flow },
    occurrence: 1,
    choice: attempt === 1 ? { kind: "new" } : { kind: "run", id },
    taken: [],
    owner,
    graph,
    parameters: { text: null, key: null, shown },
    now: createdAt,
  });
  await store.append(hold, [], { run });
  return hold;
}

/** Appends to the run that the records belong to. @param hold @default the first attempt of `self` */
export function appendTo(
  store: Store,
  transitions: readonly Transition[],
  change?: RunChange,
  hold = holdOf(transitions[0]?.run.flowRunId ?? change?.run.id ?? "r"),
): Promise<void> {
  return store.append(hold, transitions, change);
}
