import type { FlowRunSummary } from "../contracts/records.js";
import type { Session } from "./database.js";
import type { ResultId, ResultWrite, RunChange, Transition } from "./store.js";
import type { Append } from "./store-calls.js";

/** A result as its row is written. */
interface ResultRow extends Omit<ResultWrite, "text"> {
  /** Null where the value lies in a blob file. */
  readonly text: string | null;
  readonly madeBy: string;
}

/** Rows go in by one statement a table, however many: the cost of a transition is its JSON, not a call. */
const INSERT_RESULTS = `
  INSERT INTO results (id, bytes, serializer, preview, made_by, text)
  SELECT value->>'id', value->>'bytes', value->'serializer', value->'preview', value->>'madeBy', value->>'text'
  FROM json_each(?) WHERE true
  ON CONFLICT (id) DO UPDATE SET text = excluded.text WHERE text IS NOT excluded.text`;
const UPSERT_TASK_RUNS = `
  INSERT INTO task_runs (id, flow_run_id, type, ended_at, cache_key, cache_expires, record, memory)
  SELECT value->>'$.run.id', value->>'$.run.flowRunId', value->>'$.run.state.type', value->>'$.run.endedAt',
    value->>'$.memory.cacheKey', value->>'$.memory.cacheExpires', value->'$.run', value->'$.memory'
  FROM json_each(?) WHERE value->>'last'
  ON CONFLICT (id) DO UPDATE SET type = excluded.type, ended_at = excluded.ended_at, cache_key = excluded.cache_key,
    cache_expires = excluded.cache_expires, record = excluded.record, memory = excluded.memory`;
const INSERT_STATES = `
  INSERT INTO states (task_run_id, result_id, record)
  SELECT value->>'$.run.id', value->>'$.run.state.result.id', value->'$.run.state'
  FROM json_each(?) WHERE NOT value->>'$.run.kept'`;
/** A kept state is no new one: it is history only where the task run has none. */
const INSERT_KEPT_STATES = `
  INSERT INTO states (task_run_id, result_id, record)
  SELECT value->>'$.run.id', value->>'$.run.state.result.id', value->'$.run.state'
  FROM json_each(?) WHERE value->>'$.run.kept'
    AND NOT EXISTS (SELECT 1 FROM states WHERE task_run_id = value->>'$.run.id')`;
const UPDATE_RUN = "UPDATE flow_runs SET type = ?, ended_at = ?, record = ? WHERE id = ?";

/** Writes what many appends ask, in their order. @throws {RangeError} when one names an unknown run. */
export async function writeAppends(
  session: Session,
  appends: readonly Append[],
  isBlob: (result: ResultWrite) => boolean,
): Promise<void> {
  const transitions = appends.flatMap((append) => append.transitions);
  await writeResults(session, transitions, isBlob);
  if (transitions.length > 0) await writeTransitions(session, transitions);
  await writeChanges(
    session,
    appends.flatMap(({ change }) => change ?? []),
  );
}

async function writeResults(
  session: Session,
  transitions: readonly Transition[],
  isBlob: (result: ResultWrite) => boolean,
): Promise<void> {
  const rows = new Map<ResultId, ResultRow>();
  for (const { run, results } of transitions) {
    const madeBy = run.mapIndex === null ? run.name : `${run.name}[${run.mapIndex}]`;
    for (const result of results) {
      const { id, bytes, serializer, preview, text } = result;
      rows.set(id, { id, bytes, serializer, preview, madeBy, text: isBlob(result) ? null : text });
    }
  }
  if (rows.size > 0) await session.run(INSERT_RESULTS, JSON.stringify([...rows.values()]));
}

async function writeTransitions(session: Session, transitions: readonly Transition[]): Promise<void> {
  const last = new Map(transitions.map(({ run }, index) => [run.id, index]));
  const rows = JSON.stringify(
    transitions.map(({ run, memory }, index) => ({ run, memory, last: last.get(run.id) === index })),
  );
  await session.run(UPSERT_TASK_RUNS, rows);
  if (transitions.some(({ run }) => run.kept)) await session.run(INSERT_KEPT_STATES, rows);
  await session.run(INSERT_STATES, rows);
}

async function writeChanges(session: Session, changes: readonly RunChange[]): Promise<void> {
  const last = new Map<string, FlowRunSummary>(changes.map(({ run }) => [run.id, run]));
  for (const run of last.values()) {
    const changed = await session.run(UPDATE_RUN, run.state.type, run.endedAt, JSON.stringify(run), run.id);
    if (changed === 0) throw new RangeError(`Cannot change run ${JSON.stringify(run.id)}: the store has no such run`);
  }
}
