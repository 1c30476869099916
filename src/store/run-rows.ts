import { crc32 } from "node:zlib";
import {
  type FlowRunRecord,
  type FlowRunSummary,
  type GraphNode,
  RUNNING_TYPES,
  type TaskRunRecord,
} from "../contracts/records.js";
import { resultIdOf } from "./blobs.js";
import type { Session } from "./database.js";
import { SqlError, type SqlRow } from "./driver.js";
import { inGraphOrder, RememberedRun } from "./remembered-run.js";
import type { CacheAsk, CacheHit, RunFilter } from "./store.js";
import type { RememberedTask } from "./task-memory.js";

/** A run with who ran it last, before its records are parsed. */
export const SELECT_RUN = `
  SELECT flow_runs.*, owners.pid, owners.started_at, owners.machine, owners.process_mark, owners.beat_at
  FROM flow_runs JOIN owners ON owners.id = flow_runs.owner_id WHERE flow_runs.id = ?`;

/** To explain is not worth more. */
const MOST_TASKS_BEFORE = 2000;

/** One text holds so many task runs: a run of any size stays below the longest string that there is. */
const TASKS_OF_TEXT = 2000;

/** SQLite's code for a damaged file. */
const CORRUPT = 11;

/** Reads a JSON column written by this store. @throws {SqlError} "corrupt" where it is none any more. */
export function parse<T>(row: SqlRow | undefined, column: string): T {
  const text = row?.[column];
  try {
    if (typeof text === "string") return JSON.parse(text) as T;
  } catch (cause) {
    throw new SqlError(`"${column}" of a row is no JSON`, CORRUPT, { cause });
  }
  throw new SqlError(`"${column}" of a row is missing`, CORRUPT);
}

/** Column `checksum` of a task run: SQLite keeps none, and a damaged record may still be JSON. */
export const checksumOf = (record: string, memory: string): number => crc32(memory, crc32(record));

/** A task run with its memory; undefined where its row is damaged, which is as good as never having run. */
export const readTask = (row: SqlRow): RememberedTask | undefined =>
  isWhole(row) ? { run: parse(row, "record"), memory: parse(row, "memory") } : undefined;

/** @throws {SqlError} "corrupt" for a row of store version 1, which has no checksum, that is no JSON any more. */
function isWhole(row: SqlRow): boolean {
  const { record, memory, checksum } = row;
  if (checksum === null) return parse(row, "record") !== null && parse(row, "memory") !== null;
  return checksum === checksumOf(String(record), String(memory));
}

/** A run in its latest state; undefined when unknown. */
export async function readRun(session: Session, runId: string): Promise<FlowRunRecord | undefined> {
  const row = await session.first(SELECT_RUN, runId);
  if (!row) return undefined;
  const graph = await readGraph(session, runId);
  const rows = await session.all("SELECT record FROM task_runs WHERE flow_run_id = ? ORDER BY number", runId);
  const tasks = rows.map((task) => parse<TaskRunRecord>(task, "record"));
  return { ...parse<FlowRunSummary>(row, "record"), graph, tasks: inGraphOrder(tasks, graph, (task) => task) };
}

/** A run with all that resuming needs; undefined when unknown. */
export async function readRememberedRun(session: Session, runId: string): Promise<RememberedRun | undefined> {
  const row = await session.first(SELECT_RUN, runId);
  if (!row) return undefined;
  const graph = await readGraph(session, runId).catch(() => []); // it only orders here; who goes on writes it anew
  return new RememberedRun({ summary: parse(row, "record"), graph, texts: await readTexts(session, runId) });
}

/** The task runs of a run that are in the middle of running. */
export async function readRunningTasks(session: Session, runId: string): Promise<RememberedTask[]> {
  const running = JSON.stringify(RUNNING_TYPES);
  const rows = await session.all(
    `SELECT record, memory, checksum FROM task_runs
     WHERE flow_run_id = ? AND type IN (SELECT value FROM json_each(?)) ORDER BY number`,
    runId,
    running,
  );
  return readTaskRows(rows, runId);
}

/** Finished task runs of the newest run of the same flow and place that is older than this one. */
export async function readTasksBefore(session: Session, runId: string): Promise<RememberedTask[]> {
  const rows = await session.all(
    `SELECT record, memory, checksum FROM task_runs WHERE ended_at IS NOT NULL AND flow_run_id = (
       SELECT before.id FROM flow_runs AS this JOIN flow_runs AS before ON before.flow_id = this.flow_id
       WHERE this.id = ? AND before.number < this.number ORDER BY before.number DESC LIMIT 1)
     ORDER BY number LIMIT ${MOST_TASKS_BEFORE}`,
    runId,
  );
  return rows.flatMap((row) => readTask(row) ?? []);
}

const SELECT_CACHED = `
  SELECT ask.key AS ask, record, memory, checksum, ended_at,
    (SELECT text FROM results WHERE id = memory->>'$.result.id') AS text
  FROM json_each(?) AS ask JOIN task_runs ON task_runs.number = (
    SELECT number FROM task_runs
    WHERE cache_key = ask.value->>'cacheKey' AND type IN ('Success', 'Cached')
      AND (cache_expires IS NULL OR cache_expires > ask.value->>'now')
    ORDER BY ended_at DESC, number DESC LIMIT 1)`;

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

/** The statement that lists runs by `filter`, newest first, and its parameters. */
export function listRuns(filter: RunFilter): [sql: string, ...parameters: (string | number)[]] {
  const conditions: { readonly [sql: string]: string | number | undefined } = {
    "flow_id IN (SELECT id FROM flows WHERE file = ?)": filter.file,
    "flow_id IN (SELECT id FROM flows WHERE flow = ?)": filter.flow,
    "type = ?": filter.state,
    "created_at < ?": filter.before,
  };
  const used = Object.entries(conditions).filter(([, value]) => value !== undefined);
  const where = used.length > 0 ? `WHERE ${used.map(([sql]) => sql).join(" AND ")}` : "";
  const sql = `SELECT record FROM flow_runs ${where} ORDER BY created_at DESC, number DESC LIMIT ?`;
  return [sql, ...used.map(([, value]) => value as string | number), filter.limit ?? 50];
}

async function readGraph(session: Session, runId: string): Promise<GraphNode[]> {
  return parse(await session.first("SELECT graph FROM graphs WHERE flow_run_id = ?", runId), "graph");
}

/** Task runs as JSON texts of `RememberedTask[]`: their records are not parsed to be handed on. */
async function readTexts(session: Session, runId: string): Promise<string[]> {
  const rows = await session.all(
    "SELECT record, memory, checksum FROM task_runs WHERE flow_run_id = ? ORDER BY number",
    runId,
  );
  const texts: string[] = [];
  for (let first = 0; first < rows.length; first += TASKS_OF_TEXT)
    texts.push(
      `[${rows
        .slice(first, first + TASKS_OF_TEXT)
        .filter(isWhole)
        .map(textOfTask)
        .join(",")}]`,
    );
  return texts;
}

const textOfTask = ({ record, memory }: SqlRow): string => `{"run":${record},"memory":${memory}}`;

/** Those rows that are whole and belong to the run: a damaged index leads to others. */
const readTaskRows = (rows: readonly SqlRow[], runId: string): RememberedTask[] =>
  rows.flatMap((row) => readTask(row) ?? []).filter(({ run }) => run.flowRunId === runId);
