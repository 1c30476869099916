import sqlite3 from "sqlite3";
import { type Driver, SqlError, type SqlRow, type SqlValue, type Statement } from "./driver.js";

type Callback<T> = (error: Error | null, answer: T) => void;

/** The npm package `sqlite3`: statements run on Node's thread pool. */
export async function openSqlite3(path: string): Promise<Driver> {
  let connection!: sqlite3.Database;
  await settled((done) => {
    connection = new sqlite3.Database(path, (error) => done(error, undefined));
  });
  return new Sqlite3Driver(connection);
}

class Sqlite3Driver implements Driver {
  readonly #connection: sqlite3.Database;
  readonly #statements: sqlite3.Statement[] = [];

  constructor(connection: sqlite3.Database) {
    this.#connection = connection;
  }

  async exec(sql: string): Promise<void> {
    await settled<void>((done) => this.#connection.exec(sql, (error) => done(error, undefined)));
  }

  async query(sql: string): Promise<SqlRow[]> {
    return await settled<SqlRow[]>((done) => this.#connection.all<SqlRow>(sql, (error, rows) => done(error, rows)));
  }

  async prepare(sql: string): Promise<Statement> {
    let statement!: sqlite3.Statement;
    await settled<void>((done) => {
      statement = this.#connection.prepare(sql, (error) => done(error, undefined));
    });
    this.#statements.push(statement);
    return {
      run: (...parameters) =>
        settled<number>((done) =>
          statement.run(parameters as SqlValue[], function (error) {
            done(error, this?.changes ?? 0);
          }),
        ),
      all: (...parameters) =>
        settled<SqlRow[]>((done) =>
          statement.all<SqlRow>(parameters as SqlValue[], (error, rows) => done(error, rows)),
        ),
    };
  }

  async close(): Promise<void> {
    for (const statement of this.#statements) await settled<void>((done) => statement.finalize(() => done(null)));
    await settled<void>((done) => this.#connection.close((error) => done(error, undefined)));
  }
}

async function settled<T>(start: (done: Callback<T>) => void): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    start((error, answer) => {
      if (!error) return resolve(answer);
      const { errno = 1 } = error as NodeJS.ErrnoException;
      reject(new SqlError(error.message, errno, { cause: error }));
    });
  });
}
