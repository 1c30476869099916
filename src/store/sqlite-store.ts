import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { EpochMs } from "../contracts/json.js";
import type { FlowRunRecord, FlowRunSummary, GraphNode, LogRecord, PastState } from "../contracts/records.js";
import type { Append } from "./append-rows.js";
import type { BeginAsk, BegunRun, RunHold, RunParameters } from "./begin-ask.js";
import { beginRun, setGraph, setParameters } from "./begin-run.js";
import { BlobFolder, resultIdOf } from "./blobs.js";
import { buryRun, needsBurial, runsOfTheDead } from "./bury-run.js";
import { Commits, type Write } from "./commits.js";
import { Database, type Session } from "./database.js";
import type { OpenDriver } from "./driver.js";
import { GatheredAsks } from "./gathered-asks.js";
import { collectGarbage } from "./gc.js";
import { checkHold, keepTaskRuns } from "./holds.js";
import { BEAT_MS, beat } from "./owners.js";
import type { RememberedRun } from "./remembered-run.js";
import {
  newestCached,
  readAttempts,
  readHistory,
  readRememberedRun,
  readRun,
  readRuns,
  readTasksBefore,
} from "./run-rows.js";
import { spoolFolder } from "./spool.js";
import { openSqlite3 } from "./sqlite3-driver.js";
import {
  type CacheAsk,
  type CacheHit,
  CorruptResultError,
  damageText,
  type GcReport,
  type RunChange,
  type RunFilter,
  type Store,
  type Transition,
} from "./store.js";
import { isStoreFailure } from "./store-failure.js";
import { folderOfStore } from "./store-path.js";
import { readLogs, writeLogs } from "./task-logs.js";
import type { RememberedTask, ResultId } from "./task-memory.js";
import { WriteQueue } from "./write-queue.js";

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
  readonly #commits: Commits;
  readonly #writes = new WriteQueue<Write>((group) => this.#commits.commit(group), isStoreFailure);
  readonly #cached = new GatheredAsks<CacheAsk, CacheHit | undefined>((asks) =>
    this.#readOnce((session) => newestCached(session, asks)),
  );
  /** Attempts under way, by run: those whose owners' heartbeat this process writes. */
  readonly #held = new Map<string, RunHold>();
  #heart: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  private constructor(database: Database, blobs: BlobFolder, now: () => EpochMs) {
    this.#database = database;
    this.#blobs = blobs;
    this.#commits = new Commits(database, blobs);
    this.#now = now;
  }

  /** @param path the file, made where it is missing; ":memory:" keeps all in memory. */
  static async open(path: string, { openDriver = openSqlite3, now = Date.now }: SqliteStoreOptions = {}) {
    const database = await Database.open(path, openDriver);
    return new SqliteStore(database, new BlobFolder(blobFolderOf(path)), now);
  }

  async begin(ask: BeginAsk): Promise<BegunRun> {
    const folder = this.#isInMemory ? null : folderOfStore(this.#database.path);
    const begun = await this.#change((session) => beginRun(session, ask, folder));
    const { runId, attempt } = begun.hold;
    this.#beatFor(begun.hold);
    // The run is this owner's by now: nobody else changes what its attempts left.
    const previous =
      attempt > 1 ? await this.#read((session) => readRememberedRun(session, runId, attempt - 1)) : undefined;
    return { ...begun, previous, notices: [] };
  }

  async confirm(hold: RunHold): Promise<void> {
    await this.#readOnce((session) => checkHold(session, hold, "continue"));
    this.#beatFor(hold);
  }

  async rememberedRun(runId: string): Promise<RememberedRun | undefined> {
    if (await this.#read((session) => needsBurial(session, runId, this.#now())))
      await this.#change((session) => buryRun(session, runId, this.#now()));
    return await this.#read((session) => readRememberedRun(session, runId));
  }

  setGraph(hold: RunHold, graph: readonly GraphNode[]): Promise<void> {
    return this.#changeHeld(hold, (session) => setGraph(session, hold, graph));
  }

  setParameters(hold: RunHold, parameters: RunParameters): Promise<void> {
    return this.#changeHeld(hold, (session) => setParameters(session, hold, parameters));
  }

  async append(hold: RunHold, transitions: readonly Transition[], change?: RunChange | null): Promise<void> {
    const append: Append = { hold, transitions, change: change ?? undefined };
    checkAppend(append);
    await this.#add(this.#commits.writeOf(append));
    if (change && change.run.endedAt !== null) this.#held.delete(hold.runId);
  }

  keep(hold: RunHold, taskRunIds: readonly string[]): Promise<void> {
    return this.#changeHeld(hold, (session) => keepTaskRuns(session, hold, taskRunIds));
  }

  log(hold: RunHold, lines: readonly LogRecord[]): Promise<void> {
    return this.#changeHeld(hold, (session) => writeLogs(session, lines));
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
    return await this.#readOnce((session) => readRuns(session, filter));
  }

  async flowRun(runId: string, attempt?: number): Promise<FlowRunRecord | undefined> {
    await this.#buryTheDead();
    return await this.#read((session) => readRun(session, runId, attempt));
  }

  async attempts(runId: string): Promise<FlowRunSummary[]> {
    await this.#buryTheDead();
    return await this.#readOnce((session) => readAttempts(session, runId));
  }

  history(taskRunId: string): Promise<PastState[]> {
    return this.#readOnce((session) => readHistory(session, taskRunId));
  }

  logs(taskRunId: string): Promise<LogRecord[]> {
    return this.#readOnce((session) => readLogs(session, taskRunId));
  }

  async gc(ask: { olderThan: EpochMs; keepLast: number; dryRun: boolean }): Promise<GcReport> {
    this.#checkOpen();
    return await collectGarbage(this.#database, this.#blobs, ask, this.#now());
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    clearInterval(this.#heart);
    await this.#writes.drained();
    await this.#database.close();
    if (this.#isInMemory) await rm(this.#blobs.folder, { recursive: true, force: true });
  }

  get #isInMemory(): boolean {
    return this.#database.isInMemory;
  }

  #beatFor(hold: RunHold): void {
    this.#held.set(hold.runId, hold);
    this.#heart ??= setInterval(() => this.#beat(), BEAT_MS).unref();
  }

  #beat(): void {
    const owners = [...new Set([...this.#held.values()].map(({ ownerId }) => ownerId))];
    if (owners.length === 0) return;
    // A beat that fails is missed like any other; the writes of the run itself tell of the failure.
    this.#change((session) => beat(session, owners, this.#now())).catch(() => {});
  }

  /** Changes what belongs to an attempt, while it is held. */
  #changeHeld(hold: RunHold, change: (session: Session) => Promise<void>): Promise<void> {
    return this.#change(async (session) => {
      await checkHold(session, hold, "write to");
      await change(session);
    });
  }

  async #change<T>(change: (session: Session) => Promise<T>): Promise<T> {
    let answer: T | undefined;
    const keepAnswer = async (session: Session): Promise<void> => {
      answer = await change(session);
    };
    await this.#add({ change: keepAnswer, weight: 1_000 });
    return answer as T;
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

  #checkOpen(): void {
    if (this.#closing) throw new Error("Cannot use the store: it is closed");
  }
}

/** @throws {RangeError} for what belongs to another run, or has an id that is not its content's. */
function checkAppend({ hold, transitions, change }: Append): void {
  for (const runId of [...transitions.map(({ run }) => run.flowRunId), ...(change ? [change.run.id] : [])]) {
    if (runId === hold.runId) continue;
    throw new RangeError(
      `Cannot write to run ${JSON.stringify(hold.runId)}: it is given a record of run ${JSON.stringify(runId)}`,
    );
  }
  for (const { id, text } of transitions.flatMap(({ results }) => results)) {
    if (resultIdOf(text) !== id) throw new RangeError(`Cannot store result ${id}: its text has another SHA-256`);
  }
}

/** `blobs` beside a `store.db`; a store of another name has a folder of its own, one in memory for its lifetime. */
function blobFolderOf(path: string): string {
  if (path === ":memory:") return join(spoolFolder(), randomUUID());
  return basename(path) === "store.db" ? join(dirname(path), "blobs") : `${path}-blobs`;
}
