import type { EpochMs } from "../contracts/json.js";
import type { BlobFolder } from "./blobs.js";
import type { Database, Session } from "./database.js";
import type { GcReport, ResultId } from "./store.js";

/** A blob without a row may belong to a write that is about to commit; one as old as this does not. */
const ORPHAN_AGE_MS = 3_600_000;

const DELETE_RUNS = `
  DELETE FROM flow_runs WHERE id IN (
    SELECT id FROM (
      SELECT id, ended_at,
        row_number() OVER (PARTITION BY flow_id ORDER BY created_at DESC, number DESC) AS place
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

/** Removes old runs and what nothing refers to any more. A dry run does the same and takes it back. */
export async function collectGarbage(
  database: Database,
  blobs: BlobFolder | undefined,
  { olderThan, keepLast, dryRun }: { olderThan: EpochMs; keepLast: number; dryRun: boolean },
  now: EpochMs,
): Promise<GcReport> {
  let report: GcReport = { runs: 0, results: 0, bytes: 0 };
  let unused: ResultId[] = [];
  const remove = async (session: Session): Promise<void> => {
    const runs = await session.run(DELETE_RUNS, keepLast, olderThan);
    const results = await session.all(DELETE_RESULTS);
    await session.run("DELETE FROM flows WHERE id NOT IN (SELECT flow_id FROM flow_runs)");
    await session.run("DELETE FROM owners WHERE id NOT IN (SELECT owner_id FROM flow_runs)");
    unused = results.filter((row) => row.is_blob).map((row) => String(row.id));
    report = { runs, results: results.length, bytes: results.reduce((sum, row) => sum + Number(row.bytes), 0) };
    if (dryRun) throw new DryRunEnds();
  };
  await database.write(remove).catch((error: unknown) => {
    if (!(error instanceof DryRunEnds)) throw error;
  });
  if (!dryRun && blobs) await removeBlobs(database, blobs, unused, now - ORPHAN_AGE_MS);
  return report;
}

/** Takes the transaction back. */
class DryRunEnds extends Error {}

/**
 * Files go after their rows are gone for good, and only while nobody can commit a row that refers to
 * them: a write checks in its own transaction that its files are still there.
 */
async function removeBlobs(
  database: Database,
  blobs: BlobFolder,
  unused: readonly ResultId[],
  orphanedBefore: EpochMs,
): Promise<void> {
  const old = await blobs.olderThan(orphanedBefore);
  const candidates = JSON.stringify([...unused, ...old.ids]);
  await database.write(async (session) => {
    const rows = await session.all(
      "SELECT value AS id FROM json_each(?) WHERE value NOT IN (SELECT id FROM results)",
      candidates,
    );
    for (const { id } of rows) await blobs.remove(String(id));
  });
  await blobs.removeLeftovers(old.leftovers);
}
