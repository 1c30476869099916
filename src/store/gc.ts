import type { EpochMs } from "../contracts/json.js";
import type { BlobFolder } from "./blobs.js";
import type { Database, Session } from "./database.js";
import type { SqlRow } from "./driver.js";
import type { GcReport } from "./store.js";
import type { ResultId } from "./task-memory.js";

/** A blob without a row may belong to a write that is about to commit; one not touched for so long does not. */
const ORPHAN_AGE_MS = 3_600_000;

const DELETE_RUNS = `
  DELETE FROM flow_runs WHERE id IN (
    SELECT id FROM (
      SELECT id, ended_at,
        row_number() OVER (PARTITION BY flow_id ORDER BY number DESC) AS place
      FROM flow_runs
    ) WHERE place > ? AND ended_at < ?
  )`;
/** A result lives while any state, any task run's memory or any cached input refers to it. */
const DELETE_RESULTS = `
  DELETE FROM results WHERE id NOT IN (
    SELECT record->>'$.result.id' FROM states WHERE record->>'$.result.id' IS NOT NULL
    UNION SELECT memory->>'$.result.id' FROM task_runs WHERE memory->>'$.result.id' IS NOT NULL
    UNION SELECT input.value->>'id' FROM task_runs, json_each(task_runs.memory, '$.cachedInputs') AS input
      WHERE input.value->>'id' IS NOT NULL
  ) RETURNING id, bytes, text IS NULL AS is_blob`;

const SELECT_BLOBS = "SELECT result_id, blob_id, bytes FROM result_blobs";
const SELECT_UNKNOWN = `
  SELECT value AS id FROM json_each(?)
  WHERE value NOT IN (SELECT id FROM results) AND value NOT IN (SELECT blob_id FROM result_blobs)`;

/** Removes old runs and what nothing refers to any more. A dry run does the same and takes it back. */
export async function collectGarbage(
  database: Database,
  blobs: BlobFolder,
  { olderThan, keepLast, dryRun }: { olderThan: EpochMs; keepLast: number; dryRun: boolean },
  now: EpochMs,
): Promise<GcReport> {
  let report: GcReport = { runs: 0, results: 0, bytes: 0 };
  let unused: ResultId[] = [];
  const orphanedBefore = now - ORPHAN_AGE_MS;
  const remove = async (session: Session): Promise<void> => {
    const before = await session.all(SELECT_BLOBS);
    const runs = await session.run(DELETE_RUNS, keepLast, olderThan);
    const results = await session.all(DELETE_RESULTS);
    const after = await session.all(SELECT_BLOBS);
    await session.run("DELETE FROM flows WHERE id NOT IN (SELECT flow_id FROM flow_runs)");
    await session.run("DELETE FROM owners WHERE id NOT IN (SELECT owner_id FROM attempts)");
    unused = results.filter((row) => row.is_blob).map((row) => String(row.id));
    const ofTexts = sumOf(results) - (sumOf(before) - sumOf(after));
    const bytes = ofTexts + sumOf(await olderOf(unreferred(before, after), blobs, orphanedBefore));
    report = { runs, results: results.length, bytes };
    if (dryRun) throw new DryRunEnds();
  };
  await database.write(remove).catch((error: unknown) => {
    if (!(error instanceof DryRunEnds)) throw error;
  });
  if (!dryRun) await removeBlobs(database, blobs, unused, orphanedBefore);
  return report;
}

/** Takes the transaction back. */
class DryRunEnds extends Error {}

const sumOf = (rows: readonly SqlRow[]): number => rows.reduce((sum, row) => sum + Number(row.bytes), 0);

/** Bytes that a result referred to and none does any more, each once. */
function unreferred(before: readonly SqlRow[], after: readonly SqlRow[]): SqlRow[] {
  const kept = new Set(after.map(({ blob_id }) => blob_id));
  return [...new Map(before.map((row) => [row.blob_id, row])).values()].filter(({ blob_id }) => !kept.has(blob_id));
}

/** Those of the bytes that go now; the rest are so young that a task may be about to refer to them again. */
async function olderOf(rows: readonly SqlRow[], blobs: BlobFolder, moment: EpochMs): Promise<SqlRow[]> {
  const times = await Promise.all(rows.map(({ blob_id }) => blobs.writtenAt(String(blob_id))));
  return rows.filter((_, index) => (times[index] ?? moment) < moment);
}

/**
 * Files go after their rows are gone for good, and only while nobody can commit a row that refers to them: a write
 * checks in its own transaction that its files are still there. Bytes that another process wrote, and that it
 * cannot give again, go only when they are old.
 */
async function removeBlobs(
  database: Database,
  blobs: BlobFolder,
  unused: readonly ResultId[],
  orphanedBefore: EpochMs,
): Promise<void> {
  const old = await blobs.olderThan(orphanedBefore);
  await database.write(async (session) => {
    for (const { id } of await session.all(SELECT_UNKNOWN, JSON.stringify(unused))) await blobs.remove(String(id));
    for (const { id } of await session.all(SELECT_UNKNOWN, JSON.stringify(old.ids)))
      await blobs.removeOlder(String(id), orphanedBefore);
  });
  await blobs.removeLeftovers(old.leftovers);
}
