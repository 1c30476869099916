import { type FlowRunSummary, NO_RESULT_RECORD } from "../../contracts/records.js";
import type { Executor } from "../../flow/executor.js";
import { graphNodes } from "../../flow/flow-graph.js";
import type { FlowState } from "../../flow/flow-results.js";
import type { ResultSerializer } from "../../result/result-serializer.js";
import { stateRecord } from "../../state/state-record.js";
import { Cached, type State } from "../../state/states.js";
import type { RunPlace } from "../../store/begin-ask.js";
import { resultSource } from "../../store/result-source.js";
import { CorruptResultError, type Store } from "../../store/store.js";
import type { RememberedTask } from "../../store/task-memory.js";
import type { TaskCall } from "../../task/task-call.js";
import { LocalExecutor } from "../executors/local-executor.js";
import { ResultKeeper } from "../persist/result-writer.js";
import type { RunJournal } from "../persist/run-journal.js";
import { finalState } from "../plan/final-state.js";
import { unitName } from "../plan/map-children.js";
import type { Unit } from "../plan/unit.js";
import { InputKeys } from "../resume/input-keys.js";
import { rememberedState } from "../resume/previous-state.js";
import type { RunScope, TaskRun } from "../task/task-run.js";
import { beginRun } from "./begin-run.js";
import { type Clock, systemClock } from "./clock.js";
import { FlowRunner } from "./flow-runner.js";
import type { StopSignal } from "./stop-signal.js";

/** What an attempt of a flow run is made of. */
export interface AttemptSetup {
  readonly store: Store | null;
  readonly place: RunPlace;
  /** The calls it begins with, each behind what it waits for. */
  readonly calls: readonly TaskCall[];
  readonly parameters: { readonly [name: string]: unknown };
  readonly resume: string;
  readonly executor: Executor | undefined;
  readonly serializer: ResultSerializer | undefined;
  readonly maxWaitMs: number;
  readonly stop: StopSignal;
  readonly given: (call: TaskCall) => State | undefined;
  /** Whether a given Cached state is taken only while it is valid. */
  readonly checksGiven: boolean;
  /** Changes what is remembered before it is gone on with. */
  readonly recall: (remembered: Map<string, RememberedTask>) => ReadonlyMap<string, RememberedTask>;
  readonly tell: (state: State, unit: Unit) => void;
  readonly clock?: Clock;
}

const localExecutor = new LocalExecutor();

/** One attempt of a flow run, from its beginning in the store to its end there. */
export class RunAttempt {
  private constructor(
    readonly journal: RunJournal,
    readonly runner: FlowRunner,
    private readonly setup: AttemptSetup,
    private readonly clock: Clock,
  ) {}

  /** Writes that the attempt begins; no task runs before its calls are added. */
  static async begin(setup: AttemptSetup): Promise<RunAttempt> {
    const { store, place, parameters, resume, clock = systemClock } = setup;
    const graph = graphNodes(setup.calls);
    const { journal, remembered } = await beginRun({ store, place, graph, parameters, resume, clock });
    const runner = new FlowRunner({
      scope: {
        flowName: place.flow,
        flowRunId: journal.run.id,
        parameters,
        executor: setup.executor ?? localExecutor,
        clock,
        stop: setup.stop,
        serializer: setup.serializer ?? null,
        keeper: new ResultKeeper(store),
        ranBefore: ranBefore(store, journal.run.id),
        findCached: (key) => findCached(store, key, clock),
        log: ({ id }, text) => journal.log({ taskRunId: id, timestamp: clock.now(), text }),
        progress: (run, fraction, message) => showProgress(journal, run, { fraction, message }),
      },
      journal,
      inputKeys: new InputKeys(parameters),
      tell: setup.tell,
      remembered: setup.recall(remembered),
      given: setup.given,
      checksGiven: setup.checksGiven,
      maxWaitMs: setup.maxWaitMs,
    });
    return new RunAttempt(journal, runner, setup, clock);
  }

  /** Where the run stands now. */
  state(terminal: readonly TaskCall[], reference: readonly TaskCall[]): FlowState {
    return finalState(this.runner.results(), terminal, reference, this.setup.stop.state);
  }

  /** Writes that this attempt came to `state`. */
  async write(state: FlowState): Promise<void> {
    const now = this.clock.now();
    const counts = this.runner.counts();
    const record = stateRecord(state as State, { runCount: 0, result: NO_RESULT_RECORD });
    const { error: _, ...plain } = record; // a failed flow's result is its calls' states, no error
    const run: FlowRunSummary = { ...this.journal.run, state: plain, ...counts, endedAt: now };
    await this.journal.change(run);
  }
}

/** Looks a task run up in the run before: read once, when first asked, and never in the way of a run. */
function ranBefore(store: Store | null, runId: string): RunScope["ranBefore"] {
  let read: Promise<ReadonlyMap<string, RememberedTask>> | undefined;
  const readAll = async (): Promise<ReadonlyMap<string, RememberedTask>> => {
    try {
      const tasks = (await store?.tasksBefore(runId)) ?? [];
      return new Map(tasks.map((task) => [unitName(task.run.name, task.run.mapIndex), task]));
    } catch {
      return new Map(); // it only explains: what is wrong with the store is told where it is needed
    }
  };
  return async ({ call, mapIndex }) => {
    read ??= readAll();
    return (await read).get(unitName(call.name, mapIndex));
  };
}

async function findCached(store: Store | null, key: string, clock: Clock): Promise<Cached | undefined> {
  const hit = await store?.cached(key, clock.now());
  if (!store || !hit) return undefined;
  const source = resultSource(store);
  const { text } = hit;
  const state = await rememberedState(hit, text === null ? source : { ...source, read: async () => text })
    .load()
    .catch((thrown: unknown) => {
      if (thrown instanceof CorruptResultError || thrown instanceof RangeError) return undefined; // made again instead
      throw thrown;
    });
  if (!state) return undefined;
  return new Cached({
    message: "Taken from the cache.",
    result: state._result,
    cachedResultExpiration: hit.memory.cacheExpires === null ? null : new Date(hit.memory.cacheExpires),
  });
}

function showProgress(journal: RunJournal, run: TaskRun, progress: { fraction: number; message: string | null }): void {
  if (!run.record) return;
  run.record = { ...run.record, state: { ...run.record.state, progress } };
  journal.show(run.record);
}
