import type { ResultRecord, TaskRunRecord } from "../../contracts/records.js";
import { compositionOf } from "../../result/composed-result.js";
import type { ResultShape } from "../../result/composed-serializer.js";
import type { Result } from "../../result/result.js";
import { stateRecord } from "../../state/state-record.js";
import type { State } from "../../state/states.js";
import type { ResultWrite, Transition } from "../../store/store.js";
import type { StoredResult, TaskRunMemory } from "../../store/task-memory.js";
import { type CallNode, type ExecutionKeys, passOf, type TaskExecution } from "../task/task-execution.js";
import type { PreparedResult, ResultWriter } from "./result-writer.js";
import type { RunJournal } from "./run-journal.js";

/** A transition, with what is to be noted once it is on disk. */
interface PreparedTransition {
  readonly transition: Transition;
  readonly state: State;
  readonly prepared: PreparedResult;
}

/** The cached input that holds what a loop's round before gave. */
export const LOOP_INPUT = "loop#";
/** The cached input that holds one part of a composed one. */
export const partInput = (name: string, part: number): string => `${name}#${part}`;

/** Writes the states that task runs reach. */
export class StateWriter {
  constructor(
    private readonly journal: RunJournal,
    private readonly results: ResultWriter,
  ) {}

  /** Writes what an execution reached and has not written yet. Resolves when it is on disk, or could not be written. */
  async write(execution: TaskExecution): Promise<void> {
    const { unwritten } = passOf(execution);
    if (unwritten.length === 0) return;
    const made = unwritten.splice(0).map((state) => this.#transition(execution, state));
    // Written in this very turn where nothing is to wait for: the order of the states is the order of their writes.
    const ready = made.some((each) => each instanceof Promise)
      ? await Promise.all(made)
      : (made as PreparedTransition[]);
    await Promise.all(ready.map((each) => this.#append(each)));
  }

  /** Writes a state that the run was given to begin with. */
  async writeGiven(execution: TaskExecution, state: State, keys: ExecutionKeys | null): Promise<void> {
    const prepared = await this.results.prepare(state._result, optionsOf(execution));
    const run = this.#record(execution, state, prepared.record, { runCount: 0, kept: true, reason: "given" });
    const memory = {
      ...memoryOfKeys(keys),
      result: prepared.reference,
      cachedInputs: {},
      cacheKey: null,
      cacheExpires: null,
    };
    await this.#append({ transition: { run, memory, results: writesOf(prepared) }, state, prepared });
  }

  /** Writes what a map as a whole reached: its children have the results. */
  async writeParent({ execution, children }: CallNode, state: State): Promise<void> {
    const { record } = await this.results.prepare(state._result, { ...optionsOf(execution), checkpoint: false });
    const started = (children ?? []).map(({ startedAt }) => startedAt).filter((time) => time !== null);
    const { executed } = execution;
    const run: TaskRunRecord = {
      ...this.#record(execution, state, record, { runCount: 0, kept: !executed, reason: executed ? null : "kept" }),
      startedAt: started.reduce<number | null>((first, time) => (first === null || time < first ? time : first), null),
    };
    const memory = { ...memoryOfKeys(null), result: null, cachedInputs: {}, cacheKey: null, cacheExpires: null };
    await this.journal.transition({ run, memory, results: [] });
  }

  #transition(execution: TaskExecution, state: State): PreparedTransition | Promise<PreparedTransition> {
    const prepared = this.results.prepare(state._result, optionsOf(execution));
    const hasInputs = Object.keys(state.cachedInputs).length > 0 || execution.loopCount > 1;
    if (prepared instanceof Promise || hasInputs) return this.#transitionLater(execution, state, prepared);
    return this.#transitionOf(execution, state, prepared, new StoredInputs());
  }

  async #transitionLater(
    execution: TaskExecution,
    state: State,
    prepared: PreparedResult | Promise<PreparedResult>,
  ): Promise<PreparedTransition> {
    const inputs = new StoredInputs();
    const { loopCount, loopResult } = execution;
    const prepare = (result: Result) => this.results.prepare(result, { ...optionsOf(execution), checkpoint: true });
    for (const [name, result] of Object.entries(state.cachedInputs)) {
      const composed = compositionOf(result);
      if (!composed) inputs.add(name, await prepare(result));
      else {
        for (const [at, part] of composed.parts.entries()) inputs.add(partInput(name, at), await prepare(part));
        inputs.composed[name] = composed.shape;
      }
    }
    if (loopCount > 1 && loopResult) inputs.add(LOOP_INPUT, await prepare(loopResult));
    return this.#transitionOf(execution, state, await prepared, inputs);
  }

  #transitionOf(
    execution: TaskExecution,
    state: State,
    prepared: PreparedResult,
    inputs: StoredInputs,
  ): PreparedTransition {
    const pass = passOf(execution);
    const { attempt, loopCount, cache, runCount, reason } = execution;
    const isDone = state.isFinished();
    const memory: TaskRunMemory = {
      ...memoryOfKeys(pass.keys),
      ...(attempt !== null && { attempt }),
      ...(loopCount > 1 && { loopCount }),
      ...(Object.keys(inputs.composed).length > 0 && { composedInputs: inputs.composed }),
      result: prepared.reference,
      cachedInputs: inputs.stored,
      cacheKey: isDone ? (cache?.key ?? null) : null,
      cacheExpires: isDone ? (cache?.expires ?? null) : null,
    };
    const run = this.#record(execution, state, prepared.record, { runCount, kept: false, reason });
    pass.record = run;
    return { transition: { run, memory, results: [...writesOf(prepared), ...inputs.writes] }, state, prepared };
  }

  #record(
    { id, call, mapIndex, startedAt }: TaskExecution,
    state: State,
    result: ResultRecord,
    { runCount, kept, reason }: { runCount: number; kept: boolean; reason: string | null },
  ): TaskRunRecord {
    const { run } = this.journal;
    return {
      id,
      flowRunId: run.id,
      attempt: run.attempt,
      name: call.name,
      task: call.task.name,
      mapIndex,
      state: stateRecord(state, { runCount, result }),
      maxAttempts: call.task.settings.maxRetries + 1,
      kept,
      startedAt,
      endedAt: state.isFinished() ? state.timestamp.getTime() : null,
      reason,
    };
  }

  async #append({ transition, state, prepared }: PreparedTransition): Promise<void> {
    const durable = await this.journal.transition(transition);
    if (durable && prepared.write) this.results.wrote(state._result, prepared);
  }
}

/** Cached inputs by reference, with the writes that they need. */
class StoredInputs {
  readonly stored: { [name: string]: StoredResult } = {};
  readonly composed: { [name: string]: ResultShape } = {};
  readonly writes: ResultWrite[] = [];

  add(name: string, { reference, write }: PreparedResult): void {
    if (reference) this.stored[name] = reference;
    if (write) this.writes.push(write);
  }
}

const writesOf = ({ write }: PreparedResult): readonly ResultWrite[] => (write ? [write] : []);

function optionsOf({ call }: TaskExecution) {
  const { checkpoint, timeoutMs } = call.task.settings;
  return { checkpoint, taskName: call.name, timeoutMs };
}

/** What is stored of an execution's keys so that a later one can say what changed. */
function memoryOfKeys(
  keys: ExecutionKeys | null,
): Pick<TaskRunMemory, "sourceKey" | "inputKeys" | "inputPreviews" | "sourceParts"> {
  if (!keys) return { sourceKey: null, inputKeys: {} };
  const previews = keys.previews();
  const { key, parts } = keys.source;
  return {
    sourceKey: key,
    inputKeys: keys.inputs,
    ...(Object.keys(previews).length > 0 && { inputPreviews: previews }),
    ...(Object.keys(parts).length > 0 && { sourceParts: parts }),
  };
}
