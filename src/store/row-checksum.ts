import { crc32 } from "node:zlib";
import { SqlError, type SqlRow } from "./driver.js";

/** SQLite's code for a damaged file. */
const CORRUPT = 11;

/** Checksum of a row's texts: SQLite keeps none, and a damaged text may still be JSON. */
export const checksumOf = (...texts: readonly string[]): number => texts.reduce((sum, text) => crc32(text, sum), 0);

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

/** Whether a text is what was written with its checksum; what older versions wrote has none. */
export const isWhole = (row: SqlRow, text: string, checksum: string): boolean =>
  row[checksum] === null || row[checksum] === undefined || row[checksum] === checksumOf(String(row[text]));

/** A text as it was written. @throws {SqlError} "corrupt" */
export function checked(row: SqlRow, what: string, text = "record"): SqlRow {
  if (isWhole(row, text, "checksum")) return row;
  throw new SqlError(`${what} has another checksum`, CORRUPT);
}
