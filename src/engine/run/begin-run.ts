import type { Json } from "../../contracts/json.js";
import { type FlowRunSummary, type GraphNode, NO_RESULT_RECORD, SUCCESSFUL_TYPES } from "../../contracts/records.js";
import type { RememberedRun } from "../../store/remembered-run.js";
import type { RunPlace, Store } from "../../store/store.js";
import type { RememberedTask } from "../../store/task-memory.js";
import { RunJournal } from "../persist/run-journal.js";
import { unitName } from "../plan/map-children.js";
import type { Clock } from "./clock.js";
import { endOfStopped, isLive } from "./live-runs.js";
import { thisOwner } from "./owner.js";

/** What is asked of a run's beginning. */
export interface RunBeginning {
  readonly store: Store | null;
  readonly place: RunPlace;
  readonly graph: readonly GraphNode[];
  readonly parameters: { readonly [name: string]: unknown };
  /** "failed": go on with the last run where it did not succeed; "last": with the last run, however it ended. */
  readonly resume: string;
  readonly clock: Clock;
}

/** A run that has begun: new, or gone on with. */
export interface BegunRun {
  readonly journal: RunJournal;
  readonly remembered: Map<string, RememberedTask>;
}

/**
 * Writes that a run begins.
 * @throws {RangeError} when the run to go on with is unknown, {RunOwnedError} when another process runs it.
 */
export async function beginRun(ask: RunBeginning): Promise<BegunRun> {
  const { store, place, graph, clock } = ask;
  const left = await runToGoOnWith(ask);
  const now = clock.now();
  const { flow, file, cell } = place;
  const run: FlowRunSummary = {
    v: 1,
    id: left?.summary.id ?? clock.newId(),
    flow,
    place: { file, cell },
    state: { v: 1, type: "Running", message: null, timestamp: now, runCount: 0, result: NO_RESULT_RECORD },
    attempt: (left?.summary.attempt ?? 0) + 1,
    kept: 0,
    ran: 0,
    createdAt: left?.summary.createdAt ?? now,
    startedAt: now,
    endedAt: null,
    parameters: Object.fromEntries(Object.entries(ask.parameters).map(([name, value]) => [name, jsonOf(value)])),
  };
  const written = store?.beginRun(run, graph, thisOwner);
  written?.catch(() => {}); // told below
  const tasks = left?.tasks ?? []; // parsed meanwhile
  await written;
  const journal = new RunJournal(store, run, graph);
  journal.remember(tasks.map((task) => task.run));
  return { journal, remembered: new Map(tasks.map((task) => [unitName(task.run.name, task.run.mapIndex), task])) };
}

async function runToGoOnWith({ store, place, resume, clock }: RunBeginning): Promise<RememberedRun | undefined> {
  if (!store || resume === "never") return undefined;
  const isPlace = resume === "failed" || resume === "last";
  const find = () => (isPlace ? store.lastRun(place) : store.rememberedRun(resume));
  let left = await find();
  if (left && isLive(left.summary.id)) {
    if (await endOfStopped(left.summary.id, clock)) left = await find();
    else if (isPlace) return undefined;
    else throw new RangeError(`Cannot resume run ${JSON.stringify(resume)}: it has not ended`);
  }
  if (!left && !isPlace) throw new RangeError(`Cannot resume run ${JSON.stringify(resume)}: the store has no such run`);
  return resume === "failed" && left && SUCCESSFUL_TYPES.includes(left.summary.state.type) ? undefined : left;
}

/** A parameter as a list of runs shows it; text where it is no JSON. */
function jsonOf(value: unknown): Json {
  try {
    return JSON.parse(JSON.stringify(value) ?? "null") as Json;
  } catch {
    return String(value); // only to be looked at: the task gets the value itself
  }
}
