import type { FlowRunSummary } from "../contracts/records.js";
import type { Session } from "./database.js";
import type { SqlValue } from "./driver.js";
import { checksumOf } from "./run-rows.js";
import type { ResultId, ResultWrite, RunChange, Transition } from "./store.js";
import type { Append } from "./store-calls.js";

/**
 * Rows go in by one statement a table, however many: the cost of a transition is its JSON, not a call. A row is an
 * array whose records are text already, so that SQLite has nothing to take apart.
 */
const INSERT_RESULTS = `
  INSERT INTO results (id, bytes, serializer, preview, made_by, text)
  SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5 FROM json_each(?) WHERE true
  ON CONFLICT (id) DO UPDATE SET text = excluded.text WHERE text IS NOT excluded.text`;
const INSERT_BLOBS = `
  INSERT OR IGNORE INTO result_blobs (result_id, blob_id, bytes)
  SELECT value->>0, value->>1, value->>2 FROM json_each(?)`;
const UPSERT_TASK_RUNS = `
  INSERT INTO task_runs (id, flow_run_id, type, ended_at, cache_key, cache_expires, record, memory, checksum)
  SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8
  FROM json_each(?) WHERE true
  ON CONFLICT (id) DO UPDATE SET type = excluded.type, ended_at = excluded.ended_at, cache_key = excluded.cache_key,
    cache_expires = excluded.cache_expires, record = excluded.record, memory = excluded.memory,
    checksum = excluded.checksum`;
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
  const rows = new Map<ResultId, SqlValue[]>();
  const blobs: SqlValue[][] = [];
  for (const { run, results } of transitions) {
    const madeBy = run.mapIndex === null ? run.name : `${run.name}[${run.mapIndex}]`;
    for (const result of results) {
      const { id, bytes, serializer, preview, text } = result;
      const texts = [JSON.stringify(serializer), JSON.stringify(preview), madeBy, isBlob(result) ? null : text];
      rows.set(id, [id, bytes, ...texts]);
      for (const blob of result.blobs ?? []) blobs.push([id, blob.sha256, blob.bytes]);
    }
  }
  if (rows.size > 0) await session.run(INSERT_RESULTS, JSON.stringify([...rows.values()]));
  if (blobs.length > 0) await session.run(INSERT_BLOBS, JSON.stringify(blobs));
}

async function writeTransitions(session: Session, transitions: readonly Transition[]): Promise<void> {
  const rows = transitions.map(({ run, memory }): SqlValue[] => {
    const { cacheKey, cacheExpires } = memory;
    const [record, remembered] = [JSON.stringify(run), JSON.stringify(memory)];
    const found = [run.id, run.flowRunId, run.state.type, run.endedAt, cacheKey, cacheExpires];
    return [...found, record, remembered, checksumOf(record, remembered)];
  });
  await session.run(UPSERT_TASK_RUNS, JSON.stringify(rows));
}

async function writeChanges(session: Session, changes: readonly RunChange[]): Promise<void> {
  const last = new Map<string, FlowRunSummary>(changes.map(({ run }) => [run.id, run]));
  for (const run of last.values()) {
    const changed = await session.run(UPDATE_RUN, run.state.type, run.endedAt, JSON.stringify(run), run.id);
    if (changed === 0) throw new RangeError(`Cannot change run ${JSON.stringify(run.id)}: the store has no such run`);
  }
}
