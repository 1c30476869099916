import { type Driver, type OpenDriver, SqlError, type SqlValue, type Statement } from "../../src/store/driver.js";
import { openSqlite3 } from "../../src/store/sqlite3-driver.js";
import type { Faults } from "./faults.js";

/** SQLite's codes for an error of the disk and a full one. */
const REFUSALS = [
  { code: 10, message: "SQLITE_IOERR: disk I/O error" },
  { code: 13, message: "SQLITE_FULL: database or disk is full" },
] as const;

/** The real driver, each of whose calls may be refused before SQLite sees it. @param kind place in REFUSALS */
export function failingDriver(faults: Faults, kind: number): OpenDriver {
  const { code, message } = REFUSALS[kind % REFUSALS.length]!;
  const ask = (what: string): void => faults.ask(what, () => new SqlError(message, code));
  return async (path) => {
    ask("open");
    return failing(await openSqlite3(path), ask);
  };
}

function failing(driver: Driver, ask: (what: string) => void): Driver {
  const asked =
    <A extends readonly never[] | readonly SqlValue[], T>(what: string, use: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      ask(what);
      return await use(...args);
    };
  const words = (sql: string): string => sql.trim().replace(/\s+/g, " ").slice(0, 60);
  return {
    exec: (sql) => asked(words(sql), () => driver.exec(sql))(),
    query: (sql) => asked(words(sql), () => driver.query(sql))(),
    async prepare(sql): Promise<Statement> {
      const statement = await asked(`prepare ${words(sql)}`, () => driver.prepare(sql))();
      return {
        run: asked(words(sql), (...values: readonly SqlValue[]) => statement.run(...values)),
        all: asked(words(sql), (...values: readonly SqlValue[]) => statement.all(...values)),
      };
    },
    close: () => driver.close(),
  };
}
