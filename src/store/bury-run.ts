import type { EpochMs } from "../contracts/json.js";
import { type FlowRunSummary, NO_RESULT_RECORD, RUNNING_TYPES, type StateRecord } from "../contracts/records.js";
import { writeAppends } from "./append-rows.js";
import { isGoingOn } from "./begin-run.js";
import type { Session } from "./database.js";
import type { SqlRow } from "./driver.js";
import { isAlive } from "./owners.js";
import { parse, readRunningTasks, SELECT_RUN } from "./run-rows.js";
import type { Transition } from "./store.js";

const CRASHED = "The process that ran it ended.";
/** What is added to the id of a dead owner: its store process may still have something to write, which is too late now. */
const BURIED = " (dead)";
const COPY_OWNER = `
  INSERT INTO owners (id, pid, started_at, machine, process_mark, beat_at)
  SELECT id || '${BURIED}', pid, started_at, machine, process_mark, beat_at FROM owners WHERE id = ?
  ON CONFLICT DO NOTHING`;

const GOING_ON = "type IN (SELECT value FROM json_each(?))";

/** Ids of the runs that seem to be under way, but whose owner is dead. */
export async function runsOfTheDead(session: Session, now: EpochMs): Promise<string[]> {
  const running = JSON.stringify(RUNNING_TYPES);
  const owners = await session.all(
    `SELECT * FROM owners WHERE id IN (SELECT owner_id FROM flow_runs WHERE ${GOING_ON})`,
    running,
  );
  const dead = owners.filter((owner) => !isAlive(owner, now)).map(({ id }) => id);
  if (dead.length === 0) return [];
  const rows = await session.all(
    `SELECT id FROM flow_runs WHERE ${GOING_ON} AND owner_id IN (SELECT value FROM json_each(?))`,
    running,
    JSON.stringify(dead),
  );
  return rows.map(({ id }) => String(id));
}

/** Whether something of a run was left unfinished by an owner that is dead. */
export async function needsBurial(session: Session, runId: string, now: EpochMs): Promise<boolean> {
  const row = await session.first(SELECT_RUN, runId);
  if (!row || isAlive(row, now)) return false;
  return isGoingOn(row) || (await readRunningTasks(session, runId)).length > 0;
}

/** Appends Crashed to what a dead owner left Running. Another process may have done it meanwhile. */
export async function buryRun(session: Session, runId: string, now: EpochMs): Promise<void> {
  if (!(await needsBurial(session, runId, now))) return;
  const row = (await session.first(SELECT_RUN, runId))!;
  const transitions = (await readRunningTasks(session, runId)).map(({ run, memory }): Transition => {
    const state = crashed(run.state, now);
    return { run: { ...run, state, endedAt: now }, memory: { ...memory, result: null }, results: [] };
  });
  const change = isGoingOn(row) ? { change: { run: buriedRun(row, now) } } : {};
  await writeAppends(session, [{ transitions, ...change }], () => false);
  await session.run(COPY_OWNER, row.owner_id!);
  await session.run("UPDATE flow_runs SET owner_id = owner_id || ? WHERE id = ?", BURIED, runId);
}

function buriedRun(row: SqlRow, now: EpochMs): FlowRunSummary {
  const run = parse<FlowRunSummary>(row, "record");
  return { ...run, state: crashed(run.state, now), endedAt: now };
}

function crashed({ runCount }: StateRecord, now: EpochMs): StateRecord {
  return { v: 1, type: "Crashed", message: CRASHED, timestamp: now, runCount, result: NO_RESULT_RECORD };
}
