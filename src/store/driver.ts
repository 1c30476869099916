/** What a column holds or a parameter takes. Values are text, so that every driver agrees. */
export type SqlValue = null | number | string;
export type SqlRow = { readonly [column: string]: SqlValue };

/** Prepared once, used many times; one use at a time. */
export interface Statement {
  /** Runs it and gives the number of rows it changed. */
  run(...parameters: readonly SqlValue[]): Promise<number>;
  all(...parameters: readonly SqlValue[]): Promise<SqlRow[]>;
}

/** One connection to an SQLite file: the few methods the store uses of an SQLite package. All reject with SqlError. */
export interface Driver {
  /** Runs statements separated by semicolons. */
  exec(sql: string): Promise<void>;
  prepare(sql: string): Promise<Statement>;
  /** Runs one statement once. */
  query(sql: string): Promise<SqlRow[]>;
  /** Ends the prepared statements, then the connection. */
  close(): Promise<void>;
}

/** Opens the file, making it where it is missing. @throws {SqlError} */
export type OpenDriver = (path: string) => Promise<Driver>;

/** What the store tells apart in an SQLite failure. */
export type SqlFailure = "busy" | "corrupt" | "notADatabase" | "full" | "readonly" | "cannotOpen" | "io" | "other";

/** Primary result codes: https://www.sqlite.org/rescode.html */
const FAILURES: { readonly [code: number]: SqlFailure } = {
  5: "busy",
  6: "busy",
  8: "readonly",
  10: "io",
  11: "corrupt",
  13: "full",
  14: "cannotOpen",
  26: "notADatabase",
};

/** SQLite refused a statement. */
export class SqlError extends Error {
  /** Tells the class where `instanceof` cannot. */
  override readonly name = "SqlError";
  readonly failure: SqlFailure;

  /** @param code SQLite's result code, extended or primary. */
  constructor(message: string, code: number, options?: ErrorOptions) {
    super(message, options);
    this.failure = FAILURES[code & 0xff] ?? "other";
  }
}
