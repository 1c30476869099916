import {
  type FlowRunRecord,
  type FlowRunSummary,
  type GraphNode,
  type PastState,
  RUNNING_TYPES,
  type StateRecord,
  type TaskRunRecord,
} from "../contracts/records.js";
import { resultIdOf } from "./blobs.js";
import type { Session } from "./database.js";
import type { SqlRow } from "./driver.js";
import { inGraphOrder, RememberedRun } from "./remembered-run.js";
import { checked, checksumOf, parse } from "./row-checksum.js";
import type { CacheAsk, CacheHit, RunFilter } from "./store.js";
import { SUMMARY_COLUMNS, summaryOf, withDamage } from "./summary-rows.js";
import type { RememberedTask } from "./task-memory.js";

/** To explain is not worth more. */
const MOST_TASKS_BEFORE = 2000;

/** One text holds so many task runs: a run of any size stays below the longest string that there is. */
const TASKS_OF_TEXT = 2000;

const SELECT_RUN = "SELECT number FROM flow_runs WHERE id = ?";
const SELECT_ATTEMPTS = `
  SELECT attempts.number, ${SUMMARY_COLUMNS}
  FROM attempts JOIN flow_runs ON flow_runs.number = attempts.flow_run JOIN flows ON flows.id = flow_runs.flow_id
  WHERE flow_runs.id = ?`;

const TASK_COLUMNS =
  "task_runs.id, task_runs.attempt, task_runs.kept, task_runs.state, task_runs.record, task_runs.memory, task_runs.checksum";
/** The rows of a run's task runs as an attempt left them: of each the last one up to there. */
const TASKS_AT = `
  FROM task_runs WHERE flow_run = ?1 AND task_runs.attempt <= ?2
    AND NOT EXISTS (SELECT 1 FROM task_runs AS later
      WHERE later.id = task_runs.id AND later.attempt > task_runs.attempt AND later.attempt <= ?2)`;
const KEPT_AT =
  "EXISTS (SELECT 1 FROM kept_task_runs WHERE task_run = task_runs.number AND kept_task_runs.attempt = ?2) AS kept_here";

/** A task run with its memory; undefined where its row is damaged, which is as good as never having run. */
export function readTask(row: SqlRow): RememberedTask | undefined {
  if (!isWholeTask(row)) return undefined;
  return { run: taskRunOf(row), memory: parse(row, "memory") };
}

function taskRunOf(row: SqlRow): TaskRunRecord {
  const record = parse<TaskRunRecord>(row, "record");
  const state = row.state === "" ? record.state : parse<StateRecord>(row, "state");
  return { ...record, state, attempt: Number(row.attempt) };
}

/** @throws {SqlError} "corrupt" for a row of store version 1, which has no checksum, that is no JSON any more. */
function isWholeTask(row: SqlRow): boolean {
  const { state, record, memory, checksum } = row;
  if (checksum === null) return parse(row, "record") !== null && parse(row, "memory") !== null;
  return checksum === checksumOf(String(state), String(record), String(memory));
}

/** A run as one attempt left it; undefined when unknown. */
export async function readRun(session: Session, runId: string, attempt?: number): Promise<FlowRunRecord | undefined> {
  const row = await attemptRow(session, runId, attempt);
  if (!row) return undefined;
  const graph = await readGraph(session, row).catch(() => undefined);
  const number = (await session.first(SELECT_RUN, runId))!.number!;
  const rows = await session.all(
    `SELECT ${TASK_COLUMNS}, ${KEPT_AT} ${TASKS_AT} ORDER BY number`,
    number,
    row.attempt!,
  );
  const whole = rows.filter(isWholeTask);
  const tasks = whole.map((task): TaskRunRecord => {
    const run = taskRunOf(task);
    return task.kept_here ? { ...run, attempt: Number(row.attempt), kept: true, reason: "kept" } : run;
  });
  const damages = [
    ...(graph ? [] : ["The store's copy of its graph is damaged."]),
    ...(whole.length < rows.length ? [`${rows.length - whole.length} of its task runs are damaged in the store.`] : []),
  ];
  const ordered = inGraphOrder(tasks, graph ?? [], (task) => task);
  return { ...withDamage(summaryOf(row), damages), graph: graph ?? [], tasks: ordered };
}

/** What each attempt of a run came to, oldest first. */
export async function readAttempts(session: Session, runId: string): Promise<FlowRunSummary[]> {
  const rows = await session.all(`${SELECT_ATTEMPTS} ORDER BY attempts.attempt`, runId);
  return rows.map(summaryOf);
}

/** A run as an attempt left it, with all that resuming needs; undefined when unknown. @param attempt @default the newest */
export async function readRememberedRun(
  session: Session,
  runId: string,
  attempt?: number,
): Promise<RememberedRun | undefined> {
  const row = await attemptRow(session, runId, attempt);
  if (!row) return undefined;
  const graph = await readGraph(session, row).catch(() => []); // it only orders here; who resumes writes it anew
  const number = (await session.first(SELECT_RUN, runId))!.number!;
  const rows = await session.all(`SELECT ${TASK_COLUMNS} ${TASKS_AT} ORDER BY number`, number, row.attempt!);
  return new RememberedRun({ summary: summaryOf(row), graph, texts: textsOf(rows) });
}

/** The task runs of a run that are in the middle of running. */
export async function readRunningTasks(session: Session, number: number, runId: string): Promise<RememberedTask[]> {
  const running = JSON.stringify(RUNNING_TYPES);
  const sql = `SELECT ${TASK_COLUMNS} ${TASKS_AT} AND type IN (SELECT value FROM json_each(?3)) ORDER BY number`;
  return readTaskRows(await session.all(sql, number, Number.MAX_SAFE_INTEGER, running), runId);
}

/** Finished task runs of the newest run of the same flow and place that is older than this one. */
export async function readTasksBefore(session: Session, runId: string): Promise<RememberedTask[]> {
  const before = await session.first(
    `SELECT number FROM flow_runs WHERE flow_id = (SELECT flow_id FROM flow_runs WHERE id = ?1)
       AND number < (SELECT number FROM flow_runs WHERE id = ?1) ORDER BY number DESC LIMIT 1`,
    runId,
  );
  if (!before) return [];
  const sql = `SELECT ${TASK_COLUMNS} ${TASKS_AT} AND ended_at IS NOT NULL ORDER BY number LIMIT ${MOST_TASKS_BEFORE}`;
  const rows = await session.all(sql, before.number!, Number.MAX_SAFE_INTEGER);
  return rows.flatMap((row) => readTask(row) ?? []);
}

const SELECT_CACHED = `
  SELECT ask.key AS ask, ${TASK_COLUMNS}, ended_at,
    (SELECT text FROM results WHERE id = memory->>'$.result.id') AS text
  FROM json_each(?) AS ask JOIN task_runs ON task_runs.number = (
    SELECT number FROM task_runs
    WHERE cache_key = ask.value->>'cacheKey' AND type IN ('Success', 'Cached')
      AND (cache_expires IS NULL OR cache_expires > ask.value->>'now')
    ORDER BY number DESC LIMIT 1)`;

/** For each ask the newest unexpired successful task run with that cache key; one that is damaged is no hit. */
export async function newestCached(session: Session, asks: readonly CacheAsk[]): Promise<(CacheHit | undefined)[]> {
  const hits: (CacheHit | undefined)[] = asks.map(() => undefined);
  for (const row of await session.all(SELECT_CACHED, JSON.stringify(asks))) {
    const task = readTask(row);
    const place = Number(row.ask);
    if (task?.memory.cacheKey !== asks[place]!.cacheKey) continue;
    const { text } = row;
    const whole = typeof text === "string" && resultIdOf(text) === task.memory.result?.id;
    hits[place] = { ...task, endedAt: Number(row.ended_at), text: whole ? text : null };
  }
  return hits;
}

/** Runs by `filter`, newest first. */
export async function readRuns(session: Session, filter: RunFilter): Promise<FlowRunSummary[]> {
  const { before } = filter;
  const conditions: { readonly [sql: string]: string | number | undefined } = {
    "flow_id IN (SELECT id FROM flows WHERE file = ?)": filter.notebook ?? filter.file,
    "flow_id IN (SELECT id FROM flows WHERE flow = ?)": filter.flow,
    "flow_runs.type = ?": filter.state,
    "created_at < ?": typeof before === "number" ? before : undefined,
    "flow_runs.number < (SELECT number FROM flow_runs WHERE id = ?)": typeof before === "string" ? before : undefined,
  };
  const used = Object.entries(conditions).filter(([, value]) => value !== undefined);
  const where = used.length > 0 ? `WHERE ${used.map(([sql]) => sql).join(" AND ")}` : "";
  const rows = await session.all(
    `SELECT ${SUMMARY_COLUMNS} FROM flow_runs JOIN flows ON flows.id = flow_runs.flow_id
     JOIN attempts ON attempts.flow_run = flow_runs.number AND attempts.attempt = flow_runs.attempt
     ${where} ORDER BY flow_runs.number DESC LIMIT ?`,
    ...used.map(([, value]) => value as string | number),
    filter.limit ?? 50,
  );
  return rows.map(summaryOf);
}

/** Every state that a task run had, oldest first. */
export async function readHistory(session: Session, taskRunId: string): Promise<PastState[]> {
  const rows = await session.all(
    `SELECT states.record, states.checksum, states.attempt_id, task_runs.attempt
     FROM task_runs JOIN states ON states.task_run = task_runs.number WHERE task_runs.id = ? ORDER BY states.number`,
    taskRunId,
  );
  return rows.map((row) => ({
    ...parse<StateRecord>(checked(row, `A state of task run ${JSON.stringify(taskRunId)}`), "record"),
    attempt: Number(row.attempt),
    attemptId: row.attempt_id === null ? null : String(row.attempt_id),
  }));
}

async function attemptRow(session: Session, runId: string, attempt: number | undefined): Promise<SqlRow | undefined> {
  return attempt === undefined
    ? await session.first(`${SELECT_ATTEMPTS} ORDER BY attempts.attempt DESC LIMIT 1`, runId)
    : await session.first(`${SELECT_ATTEMPTS} AND attempts.attempt = ?`, runId, attempt);
}

async function readGraph(session: Session, { number }: SqlRow): Promise<GraphNode[]> {
  const row = await session.first("SELECT graph, checksum FROM attempt_graphs WHERE number = ?", number!);
  return parse(row && checked(row, "The graph of a run", "graph"), "graph");
}

/** Task runs as JSON texts of `RememberedTask[]`: their records are not parsed to be handed on. */
function textsOf(rows: readonly SqlRow[]): string[] {
  const texts: string[] = [];
  for (let first = 0; first < rows.length; first += TASKS_OF_TEXT) {
    const some = rows.slice(first, first + TASKS_OF_TEXT).filter(isWholeTask);
    texts.push(`[${some.map(textOfTask).join(",")}]`);
  }
  return texts;
}

function textOfTask({ record, state, attempt, memory }: SqlRow): string {
  const rest = String(record).slice(0, -1); // never empty: a task run has an id
  return `{"run":${rest}${state === "" ? "" : `,"state":${state}`},"attempt":${attempt}},"memory":${memory}}`;
}

/** Those rows that are whole and belong to the run: a damaged index leads to others. */
const readTaskRows = (rows: readonly SqlRow[], runId: string): RememberedTask[] =>
  rows.flatMap((row) => readTask(row) ?? []).filter(({ run }) => run.flowRunId === runId);
