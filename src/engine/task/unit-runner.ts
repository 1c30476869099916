import type { TaskRunRecord } from "../../contracts/records.js";
import { stateRecord } from "../../state/state-record.js";
import { Pending, type State } from "../../state/states.js";
import type { ResultWrite } from "../../store/store.js";
import type { StoredResult, TaskRunMemory } from "../../store/task-memory.js";
import type { TaskCall } from "../../task/task-call.js";
import { KeptResults } from "../persist/previous-results.js";
import type { ResultKeeper } from "../persist/result-writer.js";
import type { RunJournal } from "../persist/run-journal.js";
import { type Node, type Unit, upstreamOf, upstreamRan } from "../plan/unit.js";
import type { InputKeys } from "../resume/input-keys.js";
import { type InputPreviews, inputPreviews } from "../resume/input-previews.js";
import { rememberedState } from "../resume/previous-state.js";
import { KEPT, keepDecision } from "../resume/reuse-decision.js";
import type { RunKeys, RunScope, TaskRun } from "./task-run.js";
import { TaskRunner } from "./task-runner.js";

/** What running a unit needs of its flow run. */
export interface UnitSetting {
  readonly scope: RunScope;
  readonly journal: RunJournal;
  readonly inputKeys: InputKeys;
  readonly nodes: ReadonlyMap<TaskCall, Node>;
  readonly tell: (state: State, unit: Unit) => void;
  readonly maxWaitMs: number;
  /** Whether a given Cached state is taken only while it is valid. */
  readonly checksGiven: boolean;
}

/** Keeps or runs single units, and writes what they come to before anybody hears of it. */
export class UnitRunner {
  readonly #keeper: ResultKeeper;
  /** Results of earlier attempts: read where they are needed. */
  readonly kept: KeptResults;

  constructor(private readonly setting: UnitSetting) {
    this.#keeper = setting.scope.keeper;
    this.kept = new KeptResults(setting.nodes, (unit, reason) => this.#runAgain(unit, reason));
  }

  /** The state that a unit comes to, on disk where there is a store. Never rejects. */
  async run(unit: Unit): Promise<State> {
    const { nodes } = this.setting;
    if (this.isToCheck(unit)) return this.#checkGiven(unit);
    if (unit.state.isFinished()) return this.#keepGiven(unit, this.#keysOf(unit, upstreamOf(unit, nodes)));
    if (!unit.remembered || unit.ran) return this.#runUnit(unit, unit.state, null);
    const keys = this.#keysOf(unit, upstreamOf(unit, nodes));
    const decision = keys ? keepDecision(unit.remembered, keys, upstreamRan(unit, nodes)) : NOT_KEPT;
    const left = rememberedState(unit.remembered, this.#keeper.source!);
    if (decision.keep) return this.#keep(unit, left, decision.reason);
    return this.#runUnit(unit, stateToGoOnFrom(left), decision.reason);
  }

  /** Whether a unit's state was given and is to be held to the task's cache validator. */
  isToCheck({ state }: Unit): boolean {
    return this.setting.checksGiven && state.type === "Cached";
  }

  async #checkGiven(unit: Unit): Promise<State> {
    const ended = await this.#runUnit(unit, unit.state, null);
    return ended === unit.state
      ? this.#keepGiven(unit, this.#keysOf(unit, upstreamOf(unit, this.setting.nodes)))
      : ended;
  }

  /** Runs a kept unit anew; waits for its attempts, as far as a run does. Until then it stays what it was. */
  async #runAgain(unit: Unit, reason: string): Promise<State> {
    const { scope, maxWaitMs } = this.setting;
    let state: State = new Pending<unknown>({});
    for (;;) {
      state = await this.#runUnit(unit, state, reason);
      if (state.type !== "Retrying" || scope.stop.state) return state;
      const delayMs = state.startTime.getTime() - scope.clock.now();
      if (delayMs > maxWaitMs) return state;
      await new Promise<void>((resolve) => void scope.clock.after(Math.max(0, delayMs), resolve));
    }
  }

  async #runUnit(unit: Unit, from: State, reason: string | null): Promise<State> {
    const unread = this.kept.unreadBefore(unit);
    if (unread.length > 0) await this.kept.read(unread);
    const upstream = upstreamOf(unit, this.setting.nodes);
    return this.#pipeline(unit, from, {
      id: unit.id,
      call: unit.node.call,
      mapIndex: unit.mapIndex,
      scope: this.setting.scope,
      upstream,
      remembered: unit.remembered,
      givenInputs: unit.inputs,
      keys: this.#keysOf(unit, upstream),
      runCount: 0,
      loopCount: unit.loopCount,
      loopResult: unit.loopResult,
      resumed: false,
      inputs: [],
      cache: null,
      reason,
      record: null,
    });
  }

  /** What a unit is made from; null where nobody compares. */
  #keysOf(unit: Unit, upstream: ReadonlyMap<TaskCall, State>): RunKeys | null {
    const { node } = unit;
    if (this.#keeper.store === null && node.call.task.settings.cacheForMs === null && !this.isToCheck(unit))
      return null;
    const { inputKeys } = this.setting;
    let previews: InputPreviews | undefined;
    return {
      source: node.source,
      inputs: inputKeys.of(unit.inputs, upstream),
      parameters: inputKeys.parameters,
      previews: () => {
        previews ??= inputPreviews(unit.inputs, upstream, this.setting.scope.parameters);
        return previews;
      },
    };
  }

  async #pipeline(unit: Unit, from: State, run: TaskRun): Promise<State> {
    const { clock } = this.setting.scope;
    const written: Promise<unknown>[] = [];
    const reached: State[] = [];
    const runner = new TaskRunner((_, state) => {
      this.setting.tell(state, unit);
      if (state.type !== "Running") return void reached.push(state);
      unit.ran = true;
      unit.startedAt ??= clock.now();
      written.push(this.#write(unit, run, state)); // need not be on disk before the task is called
    });
    const ended = await runner.run(from, run);
    unit.loopCount = run.loopCount;
    unit.loopResult = run.loopResult;
    // A Success that became Cached was never seen: it is the same moment.
    const told = reached.filter((state, index) => !(state.type === "Success" && reached[index + 1]?.type === "Cached"));
    if (ended.isFinished() && told.length > 0) unit.ran = true;
    for (const state of told) written.push(this.#write(unit, run, state));
    await Promise.all(written);
    return ended;
  }

  /** Writes one state of a task run. Resolves when it is on disk, or could not be written. */
  async #write(unit: Unit, run: TaskRun, state: State): Promise<void> {
    const kept = await this.#keeper.keep(state._result, run.call.task.settings.checkpoint);
    const results: ResultWrite[] = kept.write ? [kept.write] : [];
    const cachedInputs: { [name: string]: StoredResult } = {};
    for (const [name, result] of Object.entries(state.cachedInputs)) {
      const input = await this.#keeper.keep(result);
      if (input.reference) cachedInputs[name] = input.reference;
      if (input.write) results.push(input.write);
    }
    const isDone = state.isFinished();
    const memory: TaskRunMemory = {
      sourceKey: run.keys?.source.key ?? null,
      inputKeys: run.keys?.inputs ?? {},
      ...(run.keys && shownOf(run.keys)),
      result: kept.reference,
      cachedInputs,
      cacheKey: isDone ? (run.cache?.key ?? null) : null,
      cacheExpires: isDone ? (run.cache?.expires ?? null) : null,
    };
    const record: TaskRunRecord = {
      id: unit.id,
      flowRunId: run.scope.flowRunId,
      attempt: this.setting.journal.run.attempt,
      name: run.call.name,
      task: run.call.task.name,
      mapIndex: unit.mapIndex,
      state: stateRecord(state, { runCount: run.runCount, result: kept.record }),
      maxAttempts: run.call.task.settings.maxRetries + 1,
      kept: false,
      startedAt: unit.startedAt,
      endedAt: isDone ? state.timestamp.getTime() : null,
      reason: run.reason,
    };
    run.record = record;
    const durable = await this.setting.journal.transition({ run: record, memory, results });
    if (!durable) return;
    if (kept.write) this.#keeper.wrote(state._result, kept);
  }

  /** Keeps the state that an earlier attempt left. Its result stays in the store until somebody needs it. */
  #keep(unit: Unit, state: State, reason: string | null): State {
    const { journal } = this.setting;
    const { run: left, memory } = unit.remembered!;
    const run: TaskRunRecord = { ...left, attempt: journal.run.attempt, kept: true, reason };
    if (reason === KEPT) journal.keep(run);
    else void journal.transition({ run, memory, results: [] }); // there is more to say than that it was kept
    this.setting.tell(state, unit);
    return state;
  }

  /** A state that the run was given to begin with. */
  async #keepGiven(unit: Unit, keys: RunKeys | null): Promise<State> {
    const { state } = unit;
    const { call } = unit.node;
    const kept = await this.#keeper.keep(state._result, call.task.settings.checkpoint);
    const durable = await this.setting.journal.transition({
      run: {
        id: unit.id,
        flowRunId: this.setting.scope.flowRunId,
        attempt: this.setting.journal.run.attempt,
        name: call.name,
        task: call.task.name,
        mapIndex: unit.mapIndex,
        state: stateRecord(state, { runCount: 0, result: kept.record }),
        maxAttempts: call.task.settings.maxRetries + 1,
        kept: true,
        startedAt: null,
        endedAt: state.timestamp.getTime(),
        reason: "given",
      },
      memory: {
        sourceKey: keys?.source.key ?? null,
        inputKeys: keys?.inputs ?? {},
        ...(keys && shownOf(keys)),
        result: kept.reference,
        cachedInputs: {},
        cacheKey: null,
        cacheExpires: null,
      },
      results: kept.write ? [kept.write] : [],
    });
    if (durable) this.#keeper.wrote(state._result, kept);
    this.setting.tell(state, unit);
    return state;
  }
}

/** What is kept of a run's keys so that a later one can say what changed; nothing where there is nothing to say. */
function shownOf({ source, previews }: RunKeys): Pick<TaskRunMemory, "inputPreviews" | "sourceParts"> {
  const shown = previews();
  return {
    ...(Object.keys(shown).length > 0 && { inputPreviews: shown }),
    ...(Object.keys(source.parts).length > 0 && { sourceParts: source.parts }),
  };
}

const NOT_KEPT = { keep: false, reason: null } as const;

/** A pending state goes on as it is; any other begins anew, with the inputs it had. */
function stateToGoOnFrom(left: State): State {
  if (left.isPending()) return left;
  return new Pending<unknown>({ cachedInputs: left.cachedInputs });
}
