import type { EpochMs } from "../contracts/json.js";
import { FINISHED_TYPES, type StateType, SUCCESSFUL_TYPES } from "../contracts/records.js";
import type { BeginAsk, RunPlace } from "./begin-ask.js";
import type { Session } from "./database.js";
import type { SqlRow } from "./driver.js";
import type { OwnerWatch } from "./owner-watch.js";
import { ownerName } from "./owners.js";
import { isGone } from "./renamed-place.js";
import { RunOwnedError } from "./store.js";

const HELD_RUNS = `
  SELECT flow_runs.*, attempts.record, attempts.checksum, attempts.number AS attempt_number,
    flows.flow, flows.file, flows.cell,
    owners.pid, owners.started_at, owners.machine, owners.process_mark, owners.beat_at, owners.beats
  FROM flow_runs JOIN flows ON flows.id = flow_runs.flow_id
  JOIN attempts ON attempts.flow_run = flow_runs.number AND attempts.attempt = flow_runs.attempt
  LEFT JOIN owners ON owners.id = flow_runs.holder_id`;

/** What choosing a run needs beside the store. */
export interface SelectionDeps {
  /** That places are relative to; null where files cannot be looked up. */
  readonly folder: string | null;
  readonly watch: OwnerWatch;
}

/** The owner was not heard of for long, and may be dead: who asks again later is told. */
export class DoubtfulOwnerError extends RunOwnedError {}

/** A run with its newest attempt and who holds it, before its records are parsed. */
export const SELECT_HELD = `${HELD_RUNS} WHERE flow_runs.id = ?`;

/** The newest of the runs that an attempt may resume: by number, since a clock may be set back. */
const newest = (condition: string): string =>
  `${HELD_RUNS} WHERE flow_id = ? AND flow_runs.id NOT IN (SELECT value FROM json_each(?)) AND ${condition}
   ORDER BY flow_runs.number DESC LIMIT 1`;

/** A run to resume is better the higher it stands here. */
const EQUAL_AND_SAME = newest("parameters_key = ? AND occurrence = ?");
const EQUAL = newest("parameters_key = ?");
const SAME = newest("occurrence = ?");

/** Whether an attempt is under way: it has neither ended nor stopped to wait for a person. */
export function isGoingOn(run: SqlRow): boolean {
  const type = run.type as StateType;
  return run.ended_at === null && type !== "Paused" && !FINISHED_TYPES.includes(type);
}

/**
 * The run that an attempt resumes, by the rules of `RunChoice`; undefined where a new one begins.
 * @throws {RunOwnedError} when another living process runs it, {RangeError} when the run asked for by id may not be resumed.
 */
export async function selectRun(
  session: Session,
  ask: BeginAsk,
  flowId: number | undefined,
  { folder, watch }: SelectionDeps,
): Promise<SqlRow | undefined> {
  const { choice } = ask;
  if (choice.kind === "new") return undefined;
  if (choice.kind === "run") return await runById(session, ask, choice.id, { folder, watch });
  const found = flowId === undefined ? undefined : await candidate(session, ask, flowId);
  if (!found) return undefined;
  if (isHeldByOther(found, ask, watch)) {
    if (differ(found.parameters_key, ask.parameters.key)) return undefined;
    throw ownedError("begin", found, watch);
  }
  if (isHeldHere(found, ask)) return undefined; // several runs at once are runs of their own
  const succeeded = SUCCESSFUL_TYPES.includes(found.type as StateType);
  return choice.kind === "unsuccessful" && succeeded ? undefined : found;
}

async function candidate(session: Session, ask: BeginAsk, flowId: number): Promise<SqlRow | undefined> {
  const taken = JSON.stringify(ask.taken);
  const { occurrence, parameters } = ask;
  const { key } = parameters;
  if (key !== null) {
    const equal =
      (await session.first(EQUAL_AND_SAME, flowId, taken, key, occurrence)) ??
      (await session.first(EQUAL, flowId, taken, key));
    if (equal) return equal;
  }
  return await session.first(SAME, flowId, taken, occurrence);
}

async function runById(session: Session, ask: BeginAsk, id: string, { folder, watch }: SelectionDeps): Promise<SqlRow> {
  const what = `Cannot resume run ${JSON.stringify(id)}`;
  const found = await session.first(SELECT_HELD, id);
  if (!found) throw new RangeError(`${what}: the store has no such run; \`cellar runs\` lists those that it has`);
  const { flow, file } = ask.place;
  const isElsewhere = found.file !== file && !(found.file !== null && isGone(String(found.file), folder));
  if (found.flow !== flow || isElsewhere) {
    const [its, asked] = [nameOf(found as unknown as RunPlace), nameOf(ask.place)];
    throw new RangeError(`${what}: it is a run of ${its}, not of ${asked}; resume it there, or begin a run of its own`);
  }
  if (isHeldByOther(found, ask, watch)) throw ownedError("resume", found, watch);
  if (isHeldHere(found, ask)) throw new RangeError(`${what}: it has not ended; wait for its end, or cancel it`);
  return found;
}

const nameOf = ({ flow, file }: RunPlace): string =>
  `flow ${JSON.stringify(flow)}${file === null ? "" : ` in ${JSON.stringify(file)}`}`;

const differ = (one: unknown, other: unknown): boolean => one !== null && other !== null && one !== other;

const isHeldByOther = (run: SqlRow, { owner }: BeginAsk, watch: OwnerWatch): boolean =>
  run.holder_id !== null && run.holder_id !== owner.id && isGoingOn(run) && watch.judge(run) !== "dead";

const isHeldHere = (run: SqlRow, { owner, abandoned = [] }: BeginAsk): boolean =>
  run.holder_id === owner.id && isGoingOn(run) && !abandoned.includes(String(run.id));

function ownedError(action: string, run: SqlRow, watch: OwnerWatch): RunOwnedError {
  const since = new Date(sinceOf(run)).toISOString().replace("T", " ").slice(0, 19);
  const wayOut = 'wait for its end, stop it there, or begin another run with resume: "never"';
  const told = `Cannot ${action} run ${JSON.stringify(run.id)} of flow ${JSON.stringify(run.flow)}: ${ownerName(run)} runs it now, since ${since} UTC; ${wayOut}`;
  return watch.judge(run) === "doubtful" ? new DoubtfulOwnerError(told) : new RunOwnedError(told);
}

function sinceOf(run: SqlRow): EpochMs {
  try {
    return (JSON.parse(String(run.record)) as { startedAt: EpochMs }).startedAt;
  } catch {
    return Number(run.created_at); // a damaged record: it is only to be told
  }
}
