import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { EpochMs } from "../contracts/json.js";
import type { FlowRunRecord, FlowRunSummary, GraphNode, LogRecord, StateRecord } from "../contracts/records.js";
import { LARGEST_INLINE_BYTES } from "../result/byte-shelf.js";
import { type HeldAppend, writeAppends } from "./append-rows.js";
import { beginRun, newestRunOf, setGraph } from "./begin-run.js";
import { BlobFolder, resultIdOf } from "./blobs.js";
import { buryRun, needsBurial, runsOfTheDead } from "./bury-run.js";
import { Database, type Session } from "./database.js";
import type { OpenDriver } from "./driver.js";
import { GatheredAsks } from "./gathered-asks.js";
import { collectGarbage } from "./gc.js";
import { BEAT_MS, beat } from "./owners.js";
import type { RememberedRun } from "./remembered-run.js";
import { movePlace, renamedFrom } from "./renamed-place.js";
import { listRuns, newestCached, parse, readRememberedRun, readRun, readTasksBefore } from "./run-rows.js";
import { spoolFolder } from "./spool.js";
import { openSqlite3 } from "./sqlite3-driver.js";
import {
  type CacheAsk,
  type CacheHit,
  CorruptResultError,
  damageText,
  type GcReport,
  type Owner,
  type ResultWrite,
  type RunChange,
  type RunFilter,
  type RunPlace,
  type Store,
  type Transition,
} from "./store.js";
import type { Append } from "./store-calls.js";
import { isStoreFailure } from "./store-failure.js";
import { folderOfStore } from "./store-path.js";
import type { RememberedTask, ResultId } from "./task-memory.js";
import { type QueuedWrite, WriteQueue } from "./write-queue.js";

const TASK_NUMBER = "(SELECT number FROM task_runs WHERE id = ?)";
const SELECT_HISTORY = `SELECT record FROM states WHERE task_run = ${TASK_NUMBER} ORDER BY number`;
const SELECT_LOGS = `SELECT record FROM logs WHERE task_run = ${TASK_NUMBER} ORDER BY number`;

type Write = QueuedWrite & ({ readonly append: HeldAppend } | { readonly change: (session: Session) => Promise<void> });

export interface SqliteStoreOptions {
  /** @default the npm package `sqlite3` */
  readonly openDriver?: OpenDriver;
  /** @default Date.now */
  readonly now?: () => EpochMs;
}

/** A store in an SQLite file that this process opens. */
export class SqliteStore implements Store {
  readonly #database: Database;
  readonly #blobs: BlobFolder;
  readonly #now: () => EpochMs;
  readonly #writes = new WriteQueue<Write>((group) => this.#commit(group), isStoreFailure);
  readonly #cached = new GatheredAsks<CacheAsk, CacheHit | undefined>((asks) =>
    this.#readOnce((session) => newestCached(session, asks)),
  );
  /** Owners of the runs that go on, by run: those whose heartbeat this process writes. */
  readonly #owners = new Map<string, Owner>();
  #heart: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  private constructor(database: Database, blobs: BlobFolder, now: () => EpochMs) {
    this.#database = database;
    this.#blobs = blobs;
    this.#now = now;
  }

  /** @param path the file, made where it is missing; ":memory:" keeps all in memory. */
  static async open(path: string, { openDriver = openSqlite3, now = Date.now }: SqliteStoreOptions = {}) {
    const database = await Database.open(path, openDriver);
    return new SqliteStore(database, new BlobFolder(blobFolderOf(path)), now);
  }

  async lastRun(place: RunPlace): Promise<RememberedRun | undefined> {
    const newest = () => this.#read((session) => newestRunOf(session, place));
    const runId = (await newest()) ?? ((await this.#followRenamed(place)) ? await newest() : undefined);
    return runId === undefined ? undefined : await this.rememberedRun(runId);
  }

  async rememberedRun(runId: string): Promise<RememberedRun | undefined> {
    if (await this.#read((session) => needsBurial(session, runId, this.#now())))
      await this.#change((session) => buryRun(session, runId, this.#now()));
    return await this.#read((session) => readRememberedRun(session, runId));
  }

  async beginRun(run: FlowRunSummary, graph: readonly GraphNode[], owner: Owner): Promise<void> {
    await this.#change((session) => beginRun(session, run, graph, owner, this.#now()));
    this.#owners.set(run.id, owner);
    this.#heart ??= setInterval(() => this.#beat(), BEAT_MS).unref();
  }

  setGraph(runId: string, graph: readonly GraphNode[]): Promise<void> {
    return this.#change((session) => setGraph(session, runId, graph));
  }

  async append(transitions: readonly Transition[], change?: RunChange): Promise<void> {
    const runId = change?.run.id ?? transitions[0]?.run.flowRunId ?? "";
    const owner = this.#owners.get(runId);
    const holder = owner && { runId, ownerId: owner.id };
    const append: HeldAppend = change ? { transitions, change, holder } : { transitions, holder };
    const results = transitions.flatMap((transition) => transition.results);
    for (const { id, text } of results) {
      if (resultIdOf(text) !== id) throw new RangeError(`Cannot store result ${id}: its text has another SHA-256`);
    }
    const blobs = results.filter((result) => this.#isBlob(result));
    const ready = blobs.length > 0 ? { ready: this.#writeBlobs(blobs) } : {};
    const weight = results.reduce((sum, { text }) => sum + text.length, 1_000 * transitions.length);
    await this.#add({ append, weight, ...ready });
    if (change && change.run.endedAt !== null) this.#owners.delete(change.run.id);
  }

  log(lines: readonly LogRecord[]): Promise<void> {
    return this.#change(async (session) => {
      await session.run(
        `INSERT INTO logs (task_run, record)
         SELECT (SELECT number FROM task_runs WHERE id = value->>'taskRunId'), value FROM json_each(?)`,
        JSON.stringify(lines),
      );
    });
  }

  tasksBefore(runId: string): Promise<RememberedTask[]> {
    return this.#read((session) => readTasksBefore(session, runId));
  }

  cached(cacheKey: string, now: EpochMs): Promise<CacheHit | undefined> {
    return this.#cached.ask({ cacheKey, now });
  }

  async readResult(id: ResultId): Promise<string> {
    const row = await this.#readOnce((session) => session.first("SELECT text, made_by FROM results WHERE id = ?", id));
    if (!row) throw new RangeError(`Cannot read result ${id}: the store does not have it`);
    const text = row.text === null ? (await this.#blobs.read(id))?.toString() : String(row.text);
    if (text !== undefined && (row.text === null || resultIdOf(text) === id)) return text;
    throw new CorruptResultError(damageText(`result ${id}`, String(row.made_by)));
  }

  async madeBy(id: ResultId): Promise<string | undefined> {
    const row = await this.#readOnce((session) => session.first("SELECT made_by FROM results WHERE id = ?", id));
    return row && String(row.made_by);
  }

  async blobFolder(): Promise<string> {
    this.#checkOpen();
    return this.#blobs.folder;
  }

  async flowRuns(filter: RunFilter = {}): Promise<FlowRunSummary[]> {
    await this.#buryTheDead();
    return await this.#records(...listRuns(filter));
  }

  async flowRun(runId: string): Promise<FlowRunRecord | undefined> {
    await this.#buryTheDead();
    return await this.#read((session) => readRun(session, runId));
  }

  history(taskRunId: string): Promise<StateRecord[]> {
    return this.#records(SELECT_HISTORY, taskRunId);
  }

  logs(taskRunId: string): Promise<LogRecord[]> {
    return this.#records(SELECT_LOGS, taskRunId);
  }

  async gc(ask: { olderThan: EpochMs; keepLast: number; dryRun: boolean }): Promise<GcReport> {
    this.#checkOpen();
    return await collectGarbage(this.#database, this.#blobs, ask, this.#now());
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  /** Whether runs of a notebook that has another name now were found, and given to its new name. */
  async #followRenamed(place: RunPlace): Promise<boolean> {
    if (this.#isInMemory) return false;
    const folder = folderOfStore(this.#database.path);
    const flowId = await this.#read((session) => renamedFrom(session, place, folder));
    if (flowId === undefined) return false;
    await this.#change((session) => movePlace(session, flowId, place.file!));
    return true;
  }

  async #end(): Promise<void> {
    clearInterval(this.#heart);
    await this.#writes.drained();
    await this.#database.close();
    if (this.#isInMemory) await rm(this.#blobs.folder, { recursive: true, force: true });
  }

  async #commit(group: readonly Write[]): Promise<void> {
    const appends = group.flatMap((write) => ("append" in write ? write.append : []));
    if (appends.length === group.length && !appends.some((append) => this.#hasBlobs(append)))
      return await this.#database.writeOnce((session) => this.#writeAppends(session, appends));
    await this.#database.write(async (session) => {
      for (let start = 0, end = 0; start < group.length; start = end) {
        const write = group[start]!;
        end = start + 1;
        if ("change" in write) {
          await write.change(session);
          continue;
        }
        const inRow = [write.append];
        for (let next = group[end]; next && "append" in next; next = group[++end]) inRow.push(next.append);
        await this.#writeAppends(session, inRow);
        await this.#keepBlobs(inRow);
      }
    });
  }

  #writeAppends(session: Session, appends: readonly HeldAppend[]): Promise<void> {
    return writeAppends(session, appends, (result) => this.#isBlob(result));
  }

  #hasBlobs({ transitions }: Append): boolean {
    return transitions.some(({ results }) => results.some((result) => this.#isBlob(result) || result.blobs?.length));
  }

  /** Between the writing of a blob and the commit of its row, another process may have collected it. */
  async #keepBlobs(appends: readonly Append[]): Promise<void> {
    for (const { transitions } of appends) {
      for (const result of transitions.flatMap(({ results }) => results)) {
        if (this.#isBlob(result) && !(await this.#blobs.has(result.id))) await this.#writeBlobs([result]);
        for (const { sha256 } of result.blobs ?? []) {
          if (await this.#blobs.has(sha256)) continue;
          throw new RangeError(`Cannot store result ${result.id}: its bytes ${sha256} are gone from the blob folder`);
        }
      }
    }
  }

  async #writeBlobs(results: readonly ResultWrite[]): Promise<void> {
    await Promise.all(results.map(({ id, text }) => this.#blobs.write(id, text)));
  }

  #isBlob({ bytes, outside = 0 }: ResultWrite): boolean {
    return !this.#isInMemory && bytes - outside > LARGEST_INLINE_BYTES;
  }

  get #isInMemory(): boolean {
    return this.#database.path === ":memory:";
  }

  #beat(): void {
    const owners = [...new Map([...this.#owners.values()].map((owner) => [owner.id, owner])).values()];
    if (owners.length === 0) return;
    // A beat that fails is missed like any other; the writes of the run itself tell of the failure.
    this.#change((session) => beat(session, owners, this.#now())).catch(() => {});
  }

  #change(change: (session: Session) => Promise<void>): Promise<void> {
    return this.#add({ change, weight: 1_000 });
  }

  async #add(write: Write): Promise<void> {
    this.#checkOpen();
    await this.#writes.add(write);
  }

  /** Appends Crashed to what dead owners left Running. */
  async #buryTheDead(): Promise<void> {
    for (const runId of await this.#read((session) => runsOfTheDead(session, this.#now())))
      await this.#change((session) => buryRun(session, runId, this.#now()));
  }

  async #read<T>(body: (session: Session) => Promise<T>): Promise<T> {
    this.#checkOpen();
    return await this.#database.read(body);
  }

  async #readOnce<T>(body: (session: Session) => Promise<T>): Promise<T> {
    this.#checkOpen();
    return await this.#database.readOnce(body);
  }

  /** Column `record` of all rows. */
  #records<T>(sql: string, ...parameters: readonly (string | number)[]): Promise<T[]> {
    return this.#readOnce(async (session) =>
      (await session.all(sql, ...parameters)).map((row) => parse<T>(row, "record")),
    );
  }

  #checkOpen(): void {
    if (this.#closing) throw new Error("Cannot use the store: it is closed");
  }
}

/** `blobs` beside a `store.db`; a store of another name has a folder of its own, one in memory for its lifetime. */
function blobFolderOf(path: string): string {
  if (path === ":memory:") return join(spoolFolder(), randomUUID());
  return basename(path) === "store.db" ? join(dirname(path), "blobs") : `${path}-blobs`;
}
