import { type FlowRunSummary, type GraphNode, NO_RESULT_RECORD } from "../contracts/records.js";
import type { BeginAsk, BegunRun, RunHold, RunParameters, RunPlace } from "./begin-ask.js";
import { buryRun, giveUpRun } from "./bury-run.js";
import type { Session } from "./database.js";
import type { SqlRow, SqlValue } from "./driver.js";
import type { OwnerWatch } from "./owner-watch.js";
import { saveOwner } from "./owners.js";
import { movePlace, renamedFrom } from "./renamed-place.js";
import { checked, checksumOf, isWhole, parse } from "./row-checksum.js";
import { isGoingOn, SELECT_HELD, type SelectionDeps, selectRun } from "./run-selection.js";
import { RunOwnedError } from "./store.js";
import { summaryOf } from "./summary-rows.js";

const SELECT_FLOW =
  "SELECT id FROM flows WHERE flow = ? AND ifnull(file, '') = ifnull(?, '') AND ifnull(cell, '') = ifnull(?, '')";
const SELECT_BEGUN = `
  SELECT attempts.attempt, attempts.owner_id, attempts.record, flow_runs.id
  FROM attempts JOIN flow_runs ON flow_runs.number = attempts.flow_run WHERE begun_by = ?`;

/** What begins in the transaction; what earlier attempts left is read after it, from the run that is held by then. */
export type Beginning = Omit<BegunRun, "previous">;

/**
 * Finds the run to resume and takes it over, or begins a new one. Asked again by the same ask, as after the end of a
 * store process, it changes nothing. @throws {RunOwnedError} {RangeError}
 */
export async function beginRun(session: Session, ask: BeginAsk, deps: SelectionDeps): Promise<Beginning> {
  const begun = await session.first(SELECT_BEGUN, ask.newId);
  if (begun) return await begunAlready(session, begun, ask);
  const { owner, place, now } = ask;
  if (deps.folder !== null) await followRenamed(session, place, deps.folder);
  await saveOwner(session, owner, now);
  const flowId = (await session.first(SELECT_FLOW, place.flow, place.file, place.cell))?.id as number | undefined;
  const found = await selectRun(session, ask, flowId, deps);
  return found ? await takeOver(session, ask, String(found.id), deps.watch) : await beginNew(session, ask, flowId);
}

/** The run that `beginRun` would take over, and the parameters of its newest attempt; nothing is written. */
export async function runToResume(
  session: Session,
  ask: BeginAsk,
  deps: SelectionDeps,
): Promise<{ readonly runId: string; readonly parametersText: string | null } | undefined> {
  const { flow, file, cell } = ask.place;
  const flowId = (await session.first(SELECT_FLOW, flow, file, cell))?.id as number | undefined;
  const found = await selectRun(session, ask, flowId, deps);
  if (!found) return undefined;
  const runId = String(found.id);
  const hold = { runId, attempt: Number(found.attempt) + 1, ownerId: ask.owner.id };
  const { parametersText } = await parametersBefore(session, hold);
  return { runId, parametersText };
}

async function begunAlready(session: Session, begun: SqlRow, ask: BeginAsk): Promise<Beginning> {
  const hold = { runId: String(begun.id), attempt: Number(begun.attempt), ownerId: String(begun.owner_id) };
  if (hold.ownerId !== ask.owner.id)
    throw new RunOwnedError(`Cannot begin run ${JSON.stringify(hold.runId)}: another process began it; make a new id`);
  await saveOwner(session, ask.owner, ask.now);
  return { run: parse<FlowRunSummary>(begun, "record"), hold, ...(await parametersBefore(session, hold)) };
}

async function beginNew(session: Session, ask: BeginAsk, flowId: number | undefined): Promise<Beginning> {
  const { newId, place, owner, occurrence, parameters, now } = ask;
  const run: FlowRunSummary = { ...freshRun(ask), id: newId, attempt: 1, createdAt: now };
  const made = await session.first(
    `INSERT INTO flow_runs (id, flow_id, attempt, holder_id, occurrence, parameters_key, type, created_at, ended_at)
     VALUES (?, ?, 1, ?, ?, ?, ?, ?, NULL) RETURNING number`,
    newId,
    flowId ?? (await addFlow(session, place)),
    owner.id,
    occurrence,
    parameters.key,
    run.state.type,
    now,
  );
  await addAttempt(session, made!.number!, run, ask);
  return { run, hold: { runId: newId, attempt: 1, ownerId: owner.id }, parametersText: null, notices: [] };
}

/** The run is nobody's any more: it ended, it waits for a person, its owner is dead or gave it up. */
async function takeOver(session: Session, ask: BeginAsk, runId: string, watch: OwnerWatch): Promise<Beginning> {
  const { owner, parameters, now } = ask;
  await buryRun(session, runId, watch, now);
  const left = (await session.first(SELECT_HELD, runId))!;
  if (left.holder_id !== null && isGoingOn(left)) await giveUpRun(session, left, now);
  // A run that is asked for by its id stays the n-th of its cell, whatever asked for it.
  const occurrence = ask.choice.kind === "run" ? Number(left.occurrence) : ask.occurrence;
  const before = summaryOf(left);
  const attempt = Number(left.attempt) + 1;
  const { id, createdAt, place } = before;
  const run: FlowRunSummary = { ...freshRun(ask), id, attempt, createdAt, place };
  await session.run(
    `UPDATE flow_runs SET attempt = ?, holder_id = ?, occurrence = ?, parameters_key = ?, type = ?, ended_at = NULL
     WHERE number = ?`,
    attempt,
    owner.id,
    occurrence,
    parameters.key,
    run.state.type,
    left.number!,
  );
  await addAttempt(session, left.number!, run, ask);
  const hold = { runId, attempt, ownerId: owner.id };
  return { run, hold, ...(await parametersBefore(session, hold)) };
}

function freshRun({ place, parameters, now }: BeginAsk): Omit<FlowRunSummary, "id" | "attempt" | "createdAt"> {
  const { flow, file, cell } = place;
  return {
    v: 1,
    flow,
    place: { file, cell },
    state: { v: 1, type: "Running", message: null, timestamp: now, runCount: 0, result: NO_RESULT_RECORD },
    kept: 0,
    ran: 0,
    startedAt: now,
    endedAt: null,
    parameters: parameters.shown,
  };
}

async function addAttempt(session: Session, run: SqlValue, record: FlowRunSummary, ask: BeginAsk): Promise<void> {
  const text = JSON.stringify(record);
  const { text: parameters } = ask.parameters;
  const made = await session.first(
    `INSERT INTO attempts (flow_run, attempt, owner_id, begun_by, record, checksum, parameters, parameters_checksum)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING number`,
    run,
    record.attempt,
    ask.owner.id,
    ask.newId,
    text,
    checksumOf(text),
    parameters,
    parameters === null ? null : checksumOf(parameters),
  );
  await writeGraph(session, made!.number!, ask.graph);
}

async function addFlow(session: Session, { flow, file, cell }: RunPlace): Promise<number> {
  const sql = "INSERT INTO flows (flow, file, cell) VALUES (?, ?, ?) RETURNING id";
  return Number((await session.first(sql, flow, file, cell))!.id);
}

/** Gives the runs of a notebook that has another name now to its new name. */
async function followRenamed(session: Session, place: RunPlace, folder: string): Promise<void> {
  if (await session.first(SELECT_FLOW, place.flow, place.file, place.cell)) return;
  const flowId = await renamedFrom(session, place, folder);
  if (flowId !== undefined) await movePlace(session, flowId, place.file!);
}

const SELECT_ATTEMPT =
  "SELECT * FROM attempts WHERE flow_run = (SELECT number FROM flow_runs WHERE id = ?) AND attempt = ?";

async function parametersBefore(
  session: Session,
  { runId, attempt }: RunHold,
): Promise<Pick<BegunRun, "parametersText" | "notices">> {
  const row = await session.first(SELECT_ATTEMPT, runId, attempt - 1);
  if (!row || row.parameters === null) return { parametersText: null, notices: [] };
  if (isWhole(row, "parameters", "parameters_checksum")) return { parametersText: String(row.parameters), notices: [] };
  const notice = `The parameters of run ${JSON.stringify(runId)} are damaged in the store: it runs with those given now`;
  return { parametersText: null, notices: [notice] };
}

/** Replaces the graph of an attempt that is held. */
export async function setGraph(
  session: Session,
  { runId, attempt }: RunHold,
  graph: readonly GraphNode[],
): Promise<void> {
  await writeGraph(session, (await session.first(SELECT_ATTEMPT, runId, attempt))!.number!, graph);
}

/** Replaces the parameters of an attempt that is held. */
export async function setParameters(
  session: Session,
  hold: RunHold,
  { text, key, shown }: RunParameters,
): Promise<void> {
  const row = (await session.first(SELECT_ATTEMPT, hold.runId, hold.attempt))!;
  const record = JSON.stringify({
    ...parse<FlowRunSummary>(checked(row, "The record of a run"), "record"),
    parameters: shown,
  });
  await session.run(
    "UPDATE attempts SET record = ?, checksum = ?, parameters = ?, parameters_checksum = ? WHERE number = ?",
    record,
    checksumOf(record),
    text,
    text === null ? null : checksumOf(text),
    row.number!,
  );
  await session.run("UPDATE flow_runs SET parameters_key = ? WHERE id = ?", key, hold.runId);
}

async function writeGraph(session: Session, attempt: SqlValue, graph: readonly GraphNode[]): Promise<void> {
  const text = JSON.stringify(graph);
  await session.run(
    `INSERT INTO attempt_graphs (number, graph, checksum) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET graph = excluded.graph, checksum = excluded.checksum`,
    attempt,
    text,
    checksumOf(text),
  );
}
