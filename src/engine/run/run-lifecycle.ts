import type { EpochMs } from "../../contracts/json.js";
import { type FlowRunSummary, NO_RESULT_RECORD } from "../../contracts/records.js";
import type { Rerun } from "../../contracts/run-comm.js";
import type { Executor } from "../../flow/executor.js";
import { graphNodes } from "../../flow/flow-graph.js";
import type { FlowState } from "../../flow/flow-results.js";
import type { Limits } from "../../flow/limits.js";
import { toErrorRecord } from "../../links/error-record.js";
import type { ResultSerializer } from "../../result/result-serializer.js";
import { stateRecord } from "../../state/state-record.js";
import { Failed, type State } from "../../state/states.js";
import type { BegunRun, RunPlace } from "../../store/begin-ask.js";
import type { Store } from "../../store/store.js";
import type { TaskCall } from "../../task/task-call.js";
import { LocalExecutor } from "../executors/local-executor.js";
import type { Host, RunThere } from "../host/host.js";
import { RunJournal } from "../persist/run-journal.js";
import { finalState } from "../plan/final-state.js";
import { InputKeys } from "../resume/input-keys.js";
import { callsAgain, type Selection, selectPrevious } from "../resume/selection.js";
import type { Observe } from "../task/task-runner.js";
import { type Clock, systemClock } from "./clock.js";
import { type Deferred, deferred } from "./deferred.js";
import { FlowRunner } from "./flow-runner.js";
import type { LiveRuns } from "./live-runs.js";
import { thisOwner } from "./owner.js";
import { readParameters, storedParameters } from "./run-parameters.js";
import { makeScope } from "./run-scope.js";
import { StopSignal } from "./stop-signal.js";
import { beginUnstored } from "./unstored-run.js";

type Values = { readonly [name: string]: unknown };

/** What an attempt of a run is made of. */
export interface RunSetup {
  readonly host: Host;
  readonly runs: LiveRuns<RunLifecycle>;
  readonly store: Store | null;
  readonly place: RunPlace;
  /** Its number among the runs of its flow in this execution, and the ids of those that were begun. */
  readonly occurrence: number;
  readonly taken: Set<string>;
  /** Whether one of those may be resumed: it was asked for in words. */
  readonly mayResumeTaken: boolean;
  readonly selection: Selection;
  /** The calls it begins with, each behind what it waits for. */
  readonly calls: readonly TaskCall[];
  /** The parameters of the run, validated; those of the attempt before are given where a run is resumed by its id. */
  readonly parameters: (before: Values) => Values | Promise<Values>;
  readonly executor: Executor | undefined;
  readonly serializer: ResultSerializer | undefined;
  readonly maxWaitMs: number;
  /** Of the flow; those of its executor hold as well. */
  readonly limits: Limits;
  readonly given: (call: TaskCall) => State | undefined;
  /** Whether a given Cached state is taken only while it is valid. */
  readonly checksGiven: boolean;
  readonly observe: Observe;
  /** Runs more of this run, as a button asks. */
  readonly again: (selection: Selection, began: (run: RunLifecycle) => void) => Promise<State>;
  readonly clock?: Clock;
}

const localExecutor = new LocalExecutor();
/** How long a stopped run may take to write its end before it is taken for unwound. */
const LAST_WRITES_MS = 3000;

/** One attempt of a run, of a flow or of top-level calls: begin, add calls, settle, end. */
export class RunLifecycle {
  readonly stop = new StopSignal();
  readonly journal: RunJournal;
  readonly runner: FlowRunner;
  /** Runs something at the place that began it. */
  readonly there: RunThere;
  #live: Deferred | null = deferred();

  private constructor(
    private readonly setup: RunSetup,
    readonly parameters: Values,
    begun: BegunRun,
    private readonly clock: Clock,
  ) {
    const { store, host, calls, selection, place } = setup;
    const { hold, run, previous } = begun;
    const graph = graphNodes(calls);
    this.there = host.here?.() ?? ((body) => body());
    this.journal = new RunJournal({
      store,
      hold,
      run,
      graph,
      now: clock.now,
      onLost: ({ message }) => this.stop.stop(message),
    });
    const tasks = previous?.tasks ?? [];
    this.journal.remember(tasks.map((task) => task.run));
    const again = callsAgain(place.flow, calls, selection);
    this.runner = new FlowRunner({
      scope: makeScope({
        host,
        store,
        hold,
        journal: this.journal,
        parameters,
        executor: setup.executor ?? localExecutor,
        serializer: setup.serializer ?? null,
        limits: setup.limits,
        stop: this.stop,
        clock,
        onPlaces: (change) => this.runner.changePlaces(change),
      }),
      journal: this.journal,
      inputKeys: new InputKeys(parameters),
      observe: setup.observe,
      maxWaitMs: setup.maxWaitMs,
      checksGiven: setup.checksGiven,
      given: setup.given,
      resumeValue: selection.resumeValue,
      ...selectPrevious(tasks, again, selection),
    });
  }

  /**
   * Writes that the attempt begins; no task runs before its calls are added.
   * @throws {RunOwnedError} when another living process runs it, {RangeError} when the run to resume is unknown.
   */
  static async begin(setup: RunSetup): Promise<RunLifecycle> {
    const { clock = systemClock, runs, selection, store, taken, calls, place } = setup;
    callsAgain(place.flow, calls, selection); // a name that the flow does not have is refused before anything is written
    const isById = selection.run.kind === "run";
    const early = isById ? {} : await setup.parameters({});
    const begun = await beginIn(store, setup, early, await abandonedRuns(runs, setup, clock), clock);
    taken.add(begun.run.id);
    for (const notice of begun.notices) process.emitWarning(notice, "CellarWarning");
    try {
      const parameters = isById ? await lateParameters(setup, begun) : early;
      const run = new RunLifecycle(setup, parameters, begun, clock);
      runs.note(run);
      return run;
    } catch (thrown) {
      await endFailed(store, begun, thrown, clock.now());
      throw thrown;
    }
  }

  get id(): string {
    return this.journal.run.id;
  }
  /** Whether it is under way. */
  get isLive(): boolean {
    return this.#live !== null;
  }
  /** Settles, never rejects, when it is no longer under way. */
  get ended(): Promise<void> {
    return this.#live?.promise ?? Promise.resolve();
  }
  /** Whether earlier attempts of the run left anything. */
  get isResumed(): boolean {
    return this.journal.run.attempt > 1;
  }

  /** Shows the run to the person. @param again a button began it: its output is there already. */
  show(again: boolean): void {
    const { journal } = this;
    const { ended } = this;
    this.setup.host.began(
      {
        current: () => journal.current(),
        onChange: (each) => journal.onChange(each),
        onLine: (each) => journal.onLine(each),
        ended,
      },
      again,
    );
  }

  /** Takes in calls, each behind what it waits for, and begins those that can. May be called again. */
  add(calls: readonly TaskCall[]): void {
    this.runner.add(calls);
  }

  /** The run's state now. */
  state(terminal: readonly TaskCall[], reference: readonly TaskCall[]): FlowState {
    return finalState(this.runner.results(), terminal, reference, this.stop.state);
  }

  /** Writes that the run is under way again, after `settle`. */
  async wake(): Promise<void> {
    this.#live ??= deferred();
    const { run } = this.journal;
    if (run.state.type === "Running") return;
    await this.journal.change({ ...run, state: { ...run.state, type: "Running", message: null }, endedAt: null });
  }

  /** Writes the state that this attempt reached. @throws {RunOwnedError} when another process has taken the run over. */
  async settle(state: FlowState): Promise<void> {
    if (this.journal.lost) throw this.journal.lost;
    const record = stateRecord(state as State, { runCount: 0, result: NO_RESULT_RECORD });
    const { error: _, ...plain } = record; // a failed flow's result is its calls' states, no error
    const run: FlowRunSummary = {
      ...this.journal.run,
      state: plain,
      ...this.runner.counts(),
      endedAt: this.clock.now(),
    };
    await this.journal.change(run);
    if (this.journal.lost) throw this.journal.lost;
  }

  /** The attempt is over. */
  end(): void {
    this.#live?.resolve();
    this.#live = null;
    this.setup.runs.forgetOldest();
  }

  /** Runs more of this run. @param began is called when the attempt has begun. */
  again(rerun: Rerun, began: (run: RunLifecycle) => void = () => {}, resumeValue?: unknown): Promise<State> {
    return this.setup.again({ run: { kind: "run", id: this.id }, rerun, resumeValue }, began);
  }
}

async function beginIn(
  store: Store | null,
  { selection, place, occurrence, taken, mayResumeTaken, calls }: RunSetup,
  parameters: Values,
  abandoned: readonly string[],
  clock: Clock,
): Promise<BegunRun> {
  const newId = clock.newId();
  const now = clock.now();
  const graph = graphNodes(calls);
  const stored = storedParameters(parameters);
  if (store) {
    const ask = {
      newId,
      place,
      occurrence,
      choice: selection.run,
      taken: mayResumeTaken ? [] : [...taken],
      abandoned,
      owner: thisOwner,
    };
    return store.begin({ ...ask, graph, parameters: stored, now });
  }
  return beginUnstored({ newId, place, parameters: stored, now });
}

/** A run that is resumed by its id has its parameters in the store; those that are given replace them. */
async function lateParameters(setup: RunSetup, { hold, parametersText }: BegunRun): Promise<Values> {
  const parameters = await setup.parameters(readParameters(parametersText));
  await setup.store?.setParameters(hold, storedParameters(parameters));
  return parameters;
}

/** Runs of the same place that were stopped get the time to write their end; ids of those that do not. */
async function abandonedRuns(
  runs: LiveRuns<RunLifecycle>,
  { place, selection }: RunSetup,
  clock: Clock,
): Promise<string[]> {
  const { flow, file, cell } = place;
  const isMeant = ({ id, journal: { run } }: RunLifecycle): boolean =>
    selection.run.kind === "run"
      ? id === selection.run.id
      : run.flow === flow && run.place.file === file && run.place.cell === cell;
  const stopped = runs.stopped().filter(isMeant);
  if (stopped.length === 0) return [];
  await new Promise<void>((resolve) => {
    const giveUp = clock.after(LAST_WRITES_MS, resolve);
    void Promise.all(stopped.map(({ ended }) => ended)).then(() => {
      giveUp();
      resolve();
    });
  });
  return stopped.filter(({ isLive }) => isLive).map(({ id }) => id);
}

/** What was begun and cannot run is not left Running. */
async function endFailed(store: Store | null, { hold, run }: BegunRun, thrown: unknown, now: EpochMs): Promise<void> {
  const { name, message } = toErrorRecord(thrown);
  const state = stateRecord(new Failed<unknown>({ message: `${name}: ${message}`, result: thrown }));
  await store?.append(hold, [], { run: { ...run, state, endedAt: now } }).catch(() => {}); // the first error says more
}
