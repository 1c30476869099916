import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { PRIVATE_FOLDER } from "../result/durable-file.js";
import type { Driver, OpenDriver, SqlRow, SqlValue, Statement } from "./driver.js";
import { retryBusy } from "./open-database.js";
import { makePrivate } from "./private-place.js";

/** A cell that some kernel ran. */
export interface HistoryLine {
  /** Number of the kernel's life, from 1. */
  readonly session: number;
  /** Number of the cell in it. */
  readonly line: number;
  readonly code: string;
  /** Text of its result; null without one. */
  readonly output: string | null;
}

/** Marks the file as this kind of database: "CelH" in ASCII. */
const APPLICATION_ID = 0x43656c48;
const SESSIONS_KEPT = 2000;
const BUSY_TIMEOUT_MS = 50;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS sessions (number INTEGER PRIMARY KEY, started_at INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS lines (
    session INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE,
    line INTEGER NOT NULL,
    code TEXT NOT NULL,
    output TEXT,
    PRIMARY KEY (session, line)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * What was run, in a person's kernels of all folders: a file apart from the stores. Lines are a convenience, so
 * that a commit does not wait for the disk. All methods reject with SqlError.
 */
export class HistoryStore {
  readonly #driver: Driver;
  readonly #statements = new Map<string, Promise<Statement>>();
  #last: Promise<unknown> = Promise.resolve();

  private constructor(driver: Driver) {
    this.#driver = driver;
  }

  /** Opens the file, making it and its folder where they are missing. @throws {Error} when it is something else. */
  static async open(path: string, openDriver: OpenDriver): Promise<HistoryStore> {
    await mkdir(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
    await makePrivate(path, false);
    const driver = await openDriver(path);
    try {
      await retryBusy(() => prepare(driver, path));
      return new HistoryStore(driver);
    } catch (error) {
      await driver.close().catch(() => {}); // the first error tells more
      throw error;
    }
  }

  /** Begins a session and gives its number. The oldest sessions are let go. */
  async begin(now: number): Promise<number> {
    const [row] = await this.#all("INSERT INTO sessions (started_at) VALUES (?) RETURNING number", now);
    const number = Number(row!.number);
    await this.#all("DELETE FROM sessions WHERE number <= ?", number - SESSIONS_KEPT);
    return number;
  }

  /** Keeps a line; one of the same number is replaced. */
  async add({ session, line, code, output }: HistoryLine): Promise<void> {
    await this.#all("INSERT OR REPLACE INTO lines VALUES (?, ?, ?, ?)", session, line, code, output);
  }

  /** The newest `n` lines before a session began, oldest first. */
  async tail(before: number, n: number): Promise<HistoryLine[]> {
    const sql = "SELECT * FROM lines WHERE session < ? ORDER BY session DESC, line DESC LIMIT ?";
    return (await this.#all(sql, before, n)).map(toLine).reverse();
  }

  /** The lines `start` to before `stop` of a session. */
  async range(session: number, start: number, stop: number): Promise<HistoryLine[]> {
    const sql = "SELECT * FROM lines WHERE session = ? AND line >= ? AND line < ? ORDER BY line";
    return (await this.#all(sql, session, start, stop)).map(toLine);
  }

  /**
   * The newest `n` lines before a session began that fit a pattern, oldest first.
   * @param glob `*`, `?` and `[…]` over the whole text.
   */
  async search(before: number, glob: string, n: number): Promise<HistoryLine[]> {
    const sql = "SELECT * FROM lines WHERE session < ? AND code GLOB ? ORDER BY session DESC, line DESC LIMIT ?";
    return (await this.#all(sql, before, glob, n)).map(toLine).reverse();
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#driver.close();
  }

  /** One statement after another, since a prepared one has one use at a time. */
  #all(sql: string, ...parameters: readonly SqlValue[]): Promise<SqlRow[]> {
    const answer = this.#last.then(async () => {
      if (!this.#statements.has(sql)) this.#statements.set(sql, this.#driver.prepare(sql));
      const statement = await this.#statements.get(sql)!;
      return await retryBusy(() => statement.all(...parameters));
    });
    this.#last = answer.catch(() => {}); // told to its own caller
    return answer;
  }
}

async function prepare(driver: Driver, path: string): Promise<void> {
  await driver.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  const [found] = await driver.query("SELECT (SELECT count(*) FROM sqlite_schema) AS tables");
  const [id] = await driver.query("PRAGMA application_id");
  if (found?.tables !== 0 && id?.application_id !== APPLICATION_ID)
    throw new Error(`Cannot open history ${JSON.stringify(path)}: it is a database of another program`);
  await driver.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
  await driver.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA application_id = ${APPLICATION_ID}; COMMIT`);
}

const toLine = ({ session, line, code, output }: SqlRow): HistoryLine => ({
  session: Number(session),
  line: Number(line),
  code: String(code),
  output: output === null || output === undefined ? null : String(output),
});
