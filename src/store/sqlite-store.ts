import type { EpochMs } from "../contracts/json.js";
import type { FlowRunRecord, FlowRunSummary, GraphNode, LogRecord, PastState } from "../contracts/records.js";
import { checkAppend, checkResults } from "./append-checks.js";
import type { Append } from "./append-rows.js";
import type { BeginAsk, BegunRun, PreviousAttempts, RunHold, RunParameters } from "./begin-ask.js";
import { beginRun, runToResume, setGraph, setParameters } from "./begin-run.js";
import { buryRun, needsBurial, runsOfTheDead } from "./bury-run.js";
import type { Write } from "./commits.js";
import type { Session } from "./database.js";
import type { OpenDriver } from "./driver.js";
import { GatheredAsks } from "./gathered-asks.js";
import { collectGarbage } from "./gc.js";
import { HeldRuns } from "./held-runs.js";
import { checkHold, keepTaskRuns } from "./holds.js";
import { OwnerWatch, WATCH_MS } from "./owner-watch.js";
import { beat } from "./owners.js";
import type { RememberedRun } from "./remembered-run.js";
import { makerOf, readStoredText, resultRow } from "./result-rows.js";
import {
  newestCached,
  readAttempts,
  readHistory,
  readRememberedRun,
  readRun,
  readRuns,
  readTasksBefore,
} from "./run-rows.js";
import { DoubtfulOwnerError } from "./run-selection.js";
import { openSqlite3 } from "./sqlite3-driver.js";
import type { CacheAsk, CacheHit, GcReport, RunChange, RunFilter, Store, Transition } from "./store.js";
import { isFull, isStoreFailure } from "./store-failure.js";
import { lossText, StoreFile } from "./store-file.js";
import { folderOfStore } from "./store-path.js";
import { readLogs, writeLogs } from "./task-logs.js";
import type { RememberedTask, ResultId } from "./task-memory.js";
import { WriteQueue } from "./write-queue.js";

/** How often an owner that may be dead is looked at again. */
const DOUBT_MS = 1000;

export interface SqliteStoreOptions {
  /** @default the npm package `sqlite3` */
  readonly openDriver?: OpenDriver;
  /** @default Date.now */
  readonly now?: () => EpochMs;
  /** Milliseconds that no setting of the clock changes. @default performance.now */
  readonly elapsed?: () => number;
  /** Called with what a person should know when the file was removed or replaced and is opened anew. @default nothing */
  readonly onLoss?: (text: string) => void;
}

/** A store in an SQLite file that this process opens. */
export class SqliteStore implements Store {
  #file: StoreFile;
  readonly #options: Required<SqliteStoreOptions>;
  readonly #writes = new WriteQueue<Write>((group) => this.#file.commits.commit(group), isStoreFailure);
  readonly #cached = new GatheredAsks<CacheAsk, CacheHit | undefined>((asks) =>
    this.#readOnce((session) => newestCached(session, asks)),
  );
  readonly #held = new HeldRuns(() => this.#beat());
  readonly #watch: OwnerWatch;
  /** What the next run to begin says. */
  readonly #notices: string[] = [];
  #following: Promise<void> | undefined;
  #isAnotherFile = false;
  #closing: Promise<void> | undefined;

  private constructor(file: StoreFile, options: Required<SqliteStoreOptions>) {
    this.#file = file;
    this.#options = options;
    this.#watch = new OwnerWatch(options.now, options.elapsed);
  }

  /** @param path the file, made where it is missing; ":memory:" keeps all in memory. */
  static async open(path: string, options: SqliteStoreOptions = {}): Promise<SqliteStore> {
    const { openDriver = openSqlite3, now = Date.now, elapsed = () => performance.now(), onLoss = () => {} } = options;
    return new SqliteStore(await StoreFile.open(path, openDriver), { openDriver, now, elapsed, onLoss });
  }

  async begin(ask: BeginAsk): Promise<BegunRun> {
    await this.#follow();
    const folder = this.#file.database.isInMemory ? null : folderOfStore(this.#file.database.path);
    const abandoned = [...(ask.abandoned ?? []), ...this.#held.lostRuns];
    const deps = { folder, watch: this.#watch };
    const begun = await this.#whenCertain(() =>
      this.#change((session) => beginRun(session, { ...ask, abandoned }, deps)),
    );
    const { runId, attempt } = begun.hold;
    this.#held.add(begun.hold);
    // The run is this owner's by now: nobody else changes what its attempts left.
    const previous =
      attempt > 1 ? await this.#read((session) => readRememberedRun(session, runId, attempt - 1)) : undefined;
    return { ...begun, previous, notices: [...this.#notices.splice(0), ...begun.notices] };
  }

  async previousOf(ask: BeginAsk): Promise<PreviousAttempts | undefined> {
    await this.#follow();
    const deps = {
      folder: this.#file.database.isInMemory ? null : folderOfStore(this.#file.database.path),
      watch: this.#watch,
    };
    return await this.#read(async (session) => {
      const found = await runToResume(session, ask, deps);
      const previous = found && (await readRememberedRun(session, found.runId));
      return previous && { previous, parametersText: found.parametersText };
    });
  }

  async confirm(hold: RunHold): Promise<void> {
    this.#held.check(hold);
    await this.#readOnce((session) => checkHold(session, hold, "continue"));
    this.#held.add(hold);
  }

  async rememberedRun(runId: string): Promise<RememberedRun | undefined> {
    if (await this.#read((session) => needsBurial(session, runId, this.#watch)))
      await this.#change((session) => buryRun(session, runId, this.#watch, this.#options.now()));
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
    this.#held.check(hold);
    if (this.#isAnotherFile) await this.#readOnce((session) => checkResults(session, transitions));
    await this.#add(this.#file.commits.writeOf(append));
    if (!change || change.run.endedAt === null) return;
    await this.#follow(); // what was written to a file that is gone was not stored
    this.#held.check(hold);
    this.#held.end(hold);
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
    return await readStoredText(id, await this.#readOnce((session) => resultRow(session, id)), this.#file.blobs);
  }

  async madeBy(id: ResultId): Promise<string | undefined> {
    const row = await this.#readOnce((session) => resultRow(session, id));
    return row && makerOf(row);
  }

  async blobFolder(): Promise<string> {
    this.#checkOpen();
    return this.#file.blobs.folder;
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
    return await collectGarbage(this.#file.database, this.#file.blobs, ask, this.#options.now());
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#held.stop();
    await this.#writes.drained();
    await this.#file.close();
  }

  #beat(): void {
    const { owners } = this.#held;
    // A beat that fails is missed like any other; the writes of the run itself tell of the failure.
    const beaten = this.#follow().then(async () => {
      if (owners.length > 0) await this.#change((session) => beat(session, owners, this.#options.now()));
    });
    beaten.catch(() => {});
  }

  /** Opens the file anew when another one has its name by now, or none: what was held is lost. */
  #follow(): Promise<void> {
    this.#following ??= this.#reopen().finally(() => {
      this.#following = undefined;
    });
    return this.#following;
  }

  async #reopen(): Promise<void> {
    const fate = this.#file.database.isInMemory || this.#closing ? undefined : await this.#file.identity.fate();
    if (!fate) return;
    const text = lossText(this.#file.database.path, fate);
    this.#held.lose(`${text}; run it again`);
    const old = this.#file;
    this.#file = await StoreFile.open(this.#file.database.path, this.#options.openDriver);
    this.#isAnotherFile = true;
    this.#notices.push(text);
    this.#options.onLoss(text);
    old.close().catch(() => {}); // nobody asks for it any more
  }

  /** Changes what belongs to an attempt, while it is held. */
  #changeHeld(hold: RunHold, change: (session: Session) => Promise<void>): Promise<void> {
    return this.#change(async (session) => {
      this.#held.check(hold);
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

  /** Begins once it is known whether an owner that was silent for long is dead. */
  async #whenCertain<T>(begin: () => Promise<T>): Promise<T> {
    for (const start = this.#options.elapsed(); ; ) {
      try {
        return await begin();
      } catch (error) {
        if (!(error instanceof DoubtfulOwnerError) || this.#options.elapsed() - start > 2 * WATCH_MS) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, DOUBT_MS));
    }
  }

  /** Appends Crashed to what dead owners left Running. */
  async #buryTheDead(): Promise<void> {
    await this.#follow();
    try {
      for (const runId of await this.#read((session) => runsOfTheDead(session, this.#watch)))
        await this.#change((session) => buryRun(session, runId, this.#watch, this.#options.now()));
    } catch (error) {
      if (!isFull(error)) throw error; // runs are listed all the same, as they are
    }
  }

  async #read<T>(body: (session: Session) => Promise<T>): Promise<T> {
    this.#checkOpen();
    return await this.#file.database.read(body);
  }

  async #readOnce<T>(body: (session: Session) => Promise<T>): Promise<T> {
    this.#checkOpen();
    return await this.#file.database.readOnce(body);
  }

  #checkOpen(): void {
    if (this.#closing) throw new Error("Cannot use the store: it is closed");
  }
}
