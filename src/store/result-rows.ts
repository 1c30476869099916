import { type BlobFolder, resultIdOf } from "./blobs.js";
import type { Session } from "./database.js";
import type { SqlRow } from "./driver.js";
import { checksumOf } from "./row-checksum.js";
import { CorruptResultError, damageText } from "./store.js";
import type { ResultId } from "./task-memory.js";

const SELECT_RESULT = "SELECT text, serializer, preview, made_by, checksum FROM results WHERE id = ?";

/** The row of a stored result; undefined when it is unknown. */
export const resultRow = (session: Session, id: ResultId): Promise<SqlRow | undefined> =>
  session.first(SELECT_RESULT, id);

/** The text of a result out of its row or its file, verified. @throws {RangeError} {CorruptResultError} */
export async function readStoredText(id: ResultId, row: SqlRow | undefined, blobs: BlobFolder): Promise<string> {
  if (!row) throw new RangeError(`Cannot read result ${id}: the store does not have it`);
  const text = row.text === null ? (await blobs.read(id))?.toString() : String(row.text);
  if (text !== undefined && (row.text === null || resultIdOf(text) === id)) return text;
  throw new CorruptResultError(damageText(`result ${id}`, makerOf(row)));
}

/** The task whose result a row is; its name is not told where the row is damaged. */
export function makerOf({ serializer, preview, made_by, checksum }: SqlRow): string {
  const isKnown = checksum === null || checksum === checksumOf(String(serializer), String(preview), String(made_by));
  return isKnown ? String(made_by) : "unknown";
}
