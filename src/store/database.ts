import { type Driver, type OpenDriver, SqlError, type SqlRow, type SqlValue, type Statement } from "./driver.js";
import { openDatabase, retryBusy } from "./open-database.js";
import { storeFailure } from "./store-failure.js";
import { Turns } from "./turns.js";

/** What may be done with the database while it is one's turn. */
export interface Session {
  /** Runs a statement and gives the number of rows it changed. */
  run(sql: string, ...parameters: readonly SqlValue[]): Promise<number>;
  all(sql: string, ...parameters: readonly SqlValue[]): Promise<SqlRow[]>;
  first(sql: string, ...parameters: readonly SqlValue[]): Promise<SqlRow | undefined>;
}

/** One connection, used by one transaction at a time. Each statement's text is prepared once. */
export class Database {
  readonly path: string;
  readonly #driver: Driver;
  readonly #turns = new Turns();
  readonly #statements = new Map<string, Statement>();
  /** A transaction failed and could not be taken back; nothing can begin before it is. */
  #isLeftOpen = false;
  readonly #session: Session = {
    run: async (sql, ...parameters) => (await this.#statement(sql)).run(...parameters),
    all: async (sql, ...parameters) => (await this.#statement(sql)).all(...parameters),
    first: async (sql, ...parameters) => (await this.#session.all(sql, ...parameters))[0],
  };

  private constructor(path: string, driver: Driver) {
    this.path = path;
    this.#driver = driver;
  }

  static async open(path: string, openDriver: OpenDriver): Promise<Database> {
    return new Database(path, await openDatabase(path, openDriver));
  }

  /** Whether it has no file. */
  get isInMemory(): boolean {
    return this.path === ":memory:";
  }

  /** Reads by a body of one statement: it needs no transaction, whose two ends cost more than it does. */
  readOnce<T>(body: (session: Session) => Promise<T>): Promise<T> {
    return this.#turn("read", () => body(this.#session));
  }

  /** Reads one moment of the file: all statements of `body` see the same. */
  read<T>(body: (session: Session) => Promise<T>): Promise<T> {
    return this.#transaction("read", "BEGIN", body);
  }

  /** Changes the file by a body of one statement, which is a transaction by itself. */
  writeOnce<T>(body: (session: Session) => Promise<T>): Promise<T> {
    return this.#turn("write to", () => body(this.#session));
  }

  /** Changes the file: durable once resolved, or not at all. */
  write<T>(body: (session: Session) => Promise<T>): Promise<T> {
    return this.#transaction("write to", "BEGIN IMMEDIATE", body);
  }

  close(): Promise<void> {
    return this.#turns.take(() => this.#driver.close());
  }

  #transaction<T>(action: string, begin: string, body: (session: Session) => Promise<T>): Promise<T> {
    return this.#turn(action, async () => {
      await this.#session.run(begin);
      try {
        const answer = await body(this.#session);
        await this.#session.run("COMMIT");
        return answer;
      } catch (error) {
        this.#isLeftOpen = true;
        await this.#endLeftOpen().catch(() => {}); // tried again before the next one; the first error tells more
        throw error;
      }
    });
  }

  #turn<T>(action: string, attempt: () => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      try {
        return await retryBusy(async () => {
          if (this.#isLeftOpen) await this.#endLeftOpen();
          return await attempt();
        });
      } catch (error) {
        throw storeFailure(action, this.path, error);
      }
    });
  }

  async #endLeftOpen(): Promise<void> {
    await this.#session.run("ROLLBACK").catch((error: unknown) => {
      const isDone = error instanceof SqlError && error.failure === "other"; // SQLite rolled back by itself
      if (!isDone) throw error;
    });
    this.#isLeftOpen = false;
  }

  async #statement(sql: string): Promise<Statement> {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = await this.#driver.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
