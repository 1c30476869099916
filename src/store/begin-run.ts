import type { EpochMs } from "../contracts/json.js";
import { FINISHED_TYPES, type FlowRunSummary, type GraphNode, type StateType } from "../contracts/records.js";
import type { Session } from "./database.js";
import type { SqlRow } from "./driver.js";
import { isAlive, ownerName, saveOwner } from "./owners.js";
import { SELECT_RUN } from "./run-rows.js";
import { type Owner, RunOwnedError, type RunPlace } from "./store.js";

const UPSERT_RUN = `
  INSERT INTO flow_runs (id, flow_id, owner_id, type, attempt, created_at, ended_at, record)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET flow_id = excluded.flow_id, owner_id = excluded.owner_id, type = excluded.type,
    attempt = excluded.attempt, ended_at = excluded.ended_at, record = excluded.record`;
const SELECT_FLOW =
  "SELECT id FROM flows WHERE flow = ? AND ifnull(file, '') = ifnull(?, '') AND ifnull(cell, '') = ifnull(?, '')";

/**
 * Writes a new run, or takes over one that no living process runs. Asked again by who began this very attempt, as
 * after the end of a store process, it changes nothing. @throws {RunOwnedError}
 */
export async function beginRun(
  session: Session,
  run: FlowRunSummary,
  graph: readonly GraphNode[],
  owner: Owner,
  now: EpochMs,
): Promise<void> {
  const left = await session.first(SELECT_RUN, run.id);
  const isBegun = left !== undefined && left.owner_id === owner.id && left.attempt === run.attempt;
  if (left && !isBegun) checkMayTakeOver(left, run, owner, now);
  await saveOwner(session, owner, now);
  if (isBegun) return;
  const flowId = await flowIdOf(session, { ...run.place, flow: run.flow });
  const { id, state, attempt, createdAt, endedAt } = run;
  await session.run(UPSERT_RUN, id, flowId, owner.id, state.type, attempt, createdAt, endedAt, JSON.stringify(run));
  await writeGraph(session, id, graph);
}

/** Replaces the graph of a run. @throws {RangeError} when the run is unknown. */
export async function setGraph(session: Session, runId: string, graph: readonly GraphNode[]): Promise<void> {
  if (!(await session.first("SELECT 1 FROM flow_runs WHERE id = ?", runId))) {
    throw new RangeError(`Cannot set the graph of run ${JSON.stringify(runId)}: the store has no such run`);
  }
  await writeGraph(session, runId, graph);
}

/** Id of the newest run of a place; undefined when it has none. */
export async function newestRunOf(session: Session, { flow, file, cell }: RunPlace): Promise<string | undefined> {
  const row = await session.first(
    `SELECT id FROM flow_runs WHERE flow_id = (${SELECT_FLOW}) ORDER BY created_at DESC, number DESC LIMIT 1`,
    flow,
    file,
    cell,
  );
  return row && String(row.id);
}

/** Whether an attempt goes on: it has neither ended nor stopped to wait for a person. */
export function isGoingOn(run: SqlRow): boolean {
  const type = run.type as StateType;
  return run.ended_at === null && type !== "Paused" && !FINISHED_TYPES.includes(type);
}

function checkMayTakeOver(left: SqlRow, run: FlowRunSummary, owner: Owner, now: EpochMs): void {
  const what = `run ${JSON.stringify(run.id)} of flow ${JSON.stringify(run.flow)}`;
  if (left.owner_id !== owner.id && isGoingOn(left) && isAlive(left, now)) {
    throw new RunOwnedError(`Cannot begin ${what}: ${ownerName(left)} runs it now; wait for its end, or stop it there`);
  }
  if (run.attempt <= Number(left.attempt)) {
    throw new RangeError(`Cannot begin ${what}: its attempt ${left.attempt} was begun already, by ${ownerName(left)}`);
  }
}

async function flowIdOf(session: Session, { flow, file, cell }: RunPlace): Promise<number> {
  const found = await session.first(SELECT_FLOW, flow, file, cell);
  if (found) return Number(found.id);
  const made = await session.first(
    "INSERT INTO flows (flow, file, cell) VALUES (?, ?, ?) RETURNING id",
    flow,
    file,
    cell,
  );
  return Number(made?.id);
}

async function writeGraph(session: Session, runId: string, graph: readonly GraphNode[]): Promise<void> {
  await session.run(
    "INSERT INTO graphs (flow_run_id, graph) VALUES (?, ?) ON CONFLICT DO UPDATE SET graph = excluded.graph",
    runId,
    JSON.stringify(graph),
  );
}
