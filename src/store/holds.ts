import type { RunHold } from "./begin-ask.js";
import type { Session } from "./database.js";
import { ownerName } from "./owners.js";
import { RunOwnedError } from "./store.js";

const SELECT_HOLDER = `
  SELECT flow_runs.number, flow_runs.attempt, holder_id, owners.pid, owners.machine
  FROM flow_runs LEFT JOIN owners ON owners.id = holder_id WHERE flow_runs.id = ?`;

/**
 * The number of the run that is held. @throws {RunOwnedError} when another attempt or owner has it by now, {RangeError}
 * when it is unknown.
 */
export async function checkHold(
  session: Session,
  { runId, attempt, ownerId }: RunHold,
  action: string,
): Promise<number> {
  const row = await session.first(SELECT_HOLDER, runId);
  const what = `Cannot ${action} run ${JSON.stringify(runId)}`;
  if (!row) throw new RangeError(`${what}: the store has no such run; it was removed, or the store was replaced`);
  if (row.attempt === attempt && row.holder_id === ownerId) return Number(row.number);
  const byWhom =
    row.holder_id === null
      ? "its process was silent for too long and another process marked it Crashed; run it again to resume it"
      : `another process took it over: ${ownerName(row)} began attempt ${row.attempt}, this is attempt ${attempt}; follow it there`;
  throw new RunOwnedError(`${what}: ${byWhom}`);
}

/** Notes that an attempt keeps task runs as an earlier one left them. Those that are unknown are left out. */
export async function keepTaskRuns(
  session: Session,
  { attempt }: RunHold,
  taskRunIds: readonly string[],
): Promise<void> {
  await session.run(
    `INSERT OR IGNORE INTO kept_task_runs (task_run, attempt)
     SELECT (SELECT number FROM task_runs WHERE id = value AND attempt < ?1 ORDER BY attempt DESC LIMIT 1) AS number, ?1
     FROM json_each(?2) WHERE number IS NOT NULL`,
    attempt,
    JSON.stringify(taskRunIds),
  );
}
