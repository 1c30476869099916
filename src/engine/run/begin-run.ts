import { hash } from "node:crypto";
import type { Json } from "../../contracts/json.js";
import { type FlowRunSummary, type GraphNode, NO_RESULT_RECORD } from "../../contracts/records.js";
import { ValueSerializer } from "../../result/value-serializer.js";
import type { RunChoice, RunParameters, RunPlace } from "../../store/begin-ask.js";
import type { Store } from "../../store/store.js";
import type { RememberedTask } from "../../store/task-memory.js";
import { RunJournal } from "../persist/run-journal.js";
import { unitName } from "../plan/map-children.js";
import type { Clock } from "./clock.js";
import { endOfAllStopped } from "./live-runs.js";
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
 * @throws {RangeError} when the run to resume is unknown or another flow's, {RunOwnedError} when another process runs it.
 */
export async function beginRun(ask: RunBeginning): Promise<BegunRun> {
  const { store, place, graph, clock } = ask;
  const shown = Object.fromEntries(Object.entries(ask.parameters).map(([name, value]) => [name, jsonOf(value)]));
  const abandoned = await endOfAllStopped(clock);
  const begun = await store?.begin({
    newId: clock.newId(),
    place,
    occurrence: 1,
    choice: choiceOf(ask.resume),
    taken: [],
    abandoned,
    owner: thisOwner,
    graph,
    parameters: { ...(await losslessOf(ask.parameters)), shown },
    now: clock.now(),
  });
  for (const notice of begun?.notices ?? []) process.emitWarning(notice, "CellarWarning");
  const run = begun?.run ?? runWithoutStore(ask, shown);
  const journal = new RunJournal(store, run, begun?.hold ?? null, graph);
  const tasks = begun?.previous?.tasks ?? [];
  journal.remember(tasks.map((task) => task.run));
  return { journal, remembered: new Map(tasks.map((task) => [unitName(task.run.name, task.run.mapIndex), task])) };
}

function choiceOf(resume: string): RunChoice {
  if (resume === "never") return { kind: "new" };
  if (resume === "failed") return { kind: "unsuccessful" };
  return resume === "last" ? { kind: "last" } : { kind: "run", id: resume };
}

/** The parameters as a later attempt gets them; nothing where they cannot be serialized. */
async function losslessOf(parameters: RunBeginning["parameters"]): Promise<Pick<RunParameters, "text" | "key">> {
  try {
    const text = JSON.stringify(await new ValueSerializer().serialize(parameters));
    return { text, key: hash("sha256", text, "hex") };
  } catch {
    return { text: null, key: null }; // only a resume would need them
  }
}

function runWithoutStore({ place, clock }: RunBeginning, shown: FlowRunSummary["parameters"]): FlowRunSummary {
  const now = clock.now();
  const { flow, file, cell } = place;
  return {
    v: 1,
    id: clock.newId(),
    flow,
    place: { file, cell },
    state: { v: 1, type: "Running", message: null, timestamp: now, runCount: 0, result: NO_RESULT_RECORD },
    attempt: 1,
    kept: 0,
    ran: 0,
    createdAt: now,
    startedAt: now,
    endedAt: null,
    parameters: shown,
  };
}

/** A parameter as a list of runs shows it; text where it is no JSON. */
function jsonOf(value: unknown): Json {
  try {
    return JSON.parse(JSON.stringify(value) ?? "null") as Json;
  } catch {
    return String(value); // only to be looked at: the task gets the value itself
  }
}
