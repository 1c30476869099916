import type { Executor } from "../../flow/executor.js";
import type { Limits } from "../../flow/limits.js";
import type { ResultSerializer } from "../../result/result-serializer.js";
import type { RunHold } from "../../store/begin-ask.js";
import type { Store } from "../../store/store.js";
import type { Host } from "../host/host.js";
import { ResultWriter } from "../persist/result-writer.js";
import type { RunJournal } from "../persist/run-journal.js";
import { StateWriter } from "../persist/state-writer.js";
import { TaskLimits } from "../plan/task-limits.js";
import type { RunScope } from "../task/step.js";
import { findCached, ranBefore } from "./cache-lookups.js";
import type { Clock } from "./clock.js";
import type { StopSignal } from "./stop-signal.js";

/** What the scope of a run's task runs is made of. */
export interface ScopeParts {
  readonly host: Host;
  readonly store: Store | null;
  readonly hold: RunHold;
  readonly journal: RunJournal;
  readonly parameters: RunScope["parameters"];
  readonly executor: Executor;
  readonly serializer: ResultSerializer | null;
  /** Of the flow; those of the executor hold as well. */
  readonly limits: Limits;
  readonly stop: StopSignal;
  readonly clock: Clock;
  /** A task begins to wait for its limits (-1), or has its turn (+1). */
  readonly onPlaces: (change: 1 | -1) => void;
}

/** Without a write for so long, this process may have been stopped and its run taken over: it asks before it calls a task. */
const UNCONFIRMED_MS = 10_000;

/** What all task runs of one attempt share. */
export function makeScope(parts: ScopeParts): RunScope {
  const { host, store, hold, journal, parameters, executor, serializer, stop, clock } = parts;
  const results = new ResultWriter(store, { stop, after: clock.after });
  return {
    flowName: journal.run.flow,
    flowRunId: hold.runId,
    parameters,
    executor,
    clock,
    stop,
    serializer,
    results,
    states: new StateWriter(journal, results),
    limits: new TaskLimits([parts.limits, executor.limits ?? {}], { clock, stop, onPlaces: parts.onPlaces }),
    inOwnTurn: host.inOwnTurn && ((body) => host.inOwnTurn!(body)),
    importFolder: host.importFolder?.() ?? process.cwd(),
    ranBefore: ranBefore(store, hold.runId),
    findCached: (key) => findCached(store, key, clock),
    confirmOwned: (now) =>
      store && Math.abs(now - journal.writtenAt) > UNCONFIRMED_MS ? confirm(store, hold, journal) : undefined,
    log: ({ id }, text) => journal.log({ taskRunId: id, timestamp: clock.now(), text }),
    progress: ({ pass }, fraction, message) => {
      if (!pass?.record) return;
      pass.record = { ...pass.record, state: { ...pass.record.state, progress: { fraction, message } } };
      journal.show(pass.record);
    },
  };
}

/** A store that cannot be asked is no reason to stop: the writes say what is wrong with it. */
async function confirm(store: Store, hold: RunHold, journal: RunJournal): Promise<void> {
  await store.confirm(hold).then(
    () => journal.confirmed(),
    (error: unknown) => journal.refused(error),
  );
}
