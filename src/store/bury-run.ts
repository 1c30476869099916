import type { EpochMs } from "../contracts/json.js";
import { NO_RESULT_RECORD, RUNNING_TYPES, type StateRecord } from "../contracts/records.js";
import { writeAppends } from "./append-rows.js";
import type { Session } from "./database.js";
import type { SqlRow } from "./driver.js";
import type { OwnerWatch } from "./owner-watch.js";
import { readRunningTasks } from "./run-rows.js";
import { isGoingOn, SELECT_HELD } from "./run-selection.js";
import type { Transition } from "./store.js";
import { summaryOf } from "./summary-rows.js";

/** What a state says that nobody wrote while it was reached. */
const PROCESS_ENDED = "The process that ran it ended.";
const WAS_GIVEN_UP = "It was stopped and did not end in time.";

const GOING_ON = "type IN (SELECT value FROM json_each(?))";

/** Ids of the runs that seem to be under way, but whose owner is dead. */
export async function runsOfTheDead(session: Session, watch: OwnerWatch): Promise<string[]> {
  const running = JSON.stringify(RUNNING_TYPES);
  const owners = await session.all(
    `SELECT * FROM owners WHERE id IN (SELECT holder_id FROM flow_runs WHERE ${GOING_ON})`,
    running,
  );
  const dead = owners.filter((owner) => watch.judge(owner) === "dead").map(({ id }) => id);
  if (dead.length === 0) return [];
  const rows = await session.all(
    `SELECT id FROM flow_runs WHERE ${GOING_ON} AND holder_id IN (SELECT value FROM json_each(?))`,
    running,
    JSON.stringify(dead),
  );
  return rows.map(({ id }) => String(id));
}

/** Whether something of a run was left unfinished by an owner that is dead. */
export async function needsBurial(session: Session, runId: string, watch: OwnerWatch): Promise<boolean> {
  const row = await session.first(SELECT_HELD, runId);
  if (!row || row.holder_id === null || watch.judge(row) !== "dead") return false;
  return isGoingOn(row) || (await readRunningTasks(session, Number(row.number), runId)).length > 0;
}

/** Appends Crashed to what a dead owner left Running. Another process may have done it meanwhile. */
export async function buryRun(session: Session, runId: string, watch: OwnerWatch, now: EpochMs): Promise<void> {
  if (await needsBurial(session, runId, watch))
    await crashRun(session, (await session.first(SELECT_HELD, runId))!, PROCESS_ENDED, now);
}

/** The same for a run that its living owner gave up. */
export const giveUpRun = (session: Session, held: SqlRow, now: EpochMs): Promise<void> =>
  crashRun(session, held, WAS_GIVEN_UP, now);

/** Appends Crashed to what a run left Running, and takes the right to write to it from its holder. */
async function crashRun(session: Session, held: SqlRow, message: string, now: EpochMs): Promise<void> {
  const hold = { runId: String(held.id), attempt: Number(held.attempt), ownerId: String(held.holder_id) };
  const crashed = ({ runCount }: StateRecord): StateRecord => ({
    v: 1,
    type: "Crashed",
    message,
    timestamp: now,
    runCount,
    result: NO_RESULT_RECORD,
  });
  const transitions = (await readRunningTasks(session, Number(held.number), hold.runId)).map(
    ({ run, memory }): Transition => ({
      run: { ...run, state: crashed(run.state), endedAt: now },
      memory: { ...memory, result: null },
      results: [],
    }),
  );
  const run = isGoingOn(held) ? summaryOf(held) : undefined;
  const change = run && { run: { ...run, state: crashed(run.state), endedAt: now } };
  await writeAppends(session, [{ hold, transitions, change }], () => false);
  await session.run("UPDATE flow_runs SET holder_id = NULL WHERE number = ?", held.number!);
}
