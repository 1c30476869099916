import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { FlowRunSummary } from "../contracts/records.js";
import type { RunPlace } from "./begin-ask.js";
import type { Session } from "./database.js";
import { checksumOf, isWhole, parse } from "./row-checksum.js";

/** Whether a file of a place is no more. @param folder that places are relative to; null where it cannot be looked up */
export const isGone = (file: string, folder: string | null): boolean =>
  folder !== null && !existsSync(resolve(folder, file));

/**
 * The place where a renamed notebook's runs were: the same cell and flow in a file that is gone. A copy's
 * original is still there, so that a copy begins a history of its own. Undefined where no such place is.
 */
export async function renamedFrom(session: Session, place: RunPlace, folder: string): Promise<number | undefined> {
  if (place.cell === null || place.file === null) return undefined;
  const rows = await session.all(
    "SELECT id, file FROM flows WHERE flow = ? AND cell = ? AND file <> ? ORDER BY id DESC",
    place.flow,
    place.cell,
    place.file,
  );
  const gone = rows.find(({ file }) => isGone(String(file), folder));
  return gone && Number(gone.id);
}

/** Gives all runs of a place to the file as it is called now. */
export async function movePlace(session: Session, flowId: number, file: string): Promise<void> {
  await session.run("UPDATE flows SET file = ? WHERE id = ?", file, flowId);
  const rows = await session.all(
    `SELECT attempts.number, record, checksum FROM attempts JOIN flow_runs ON flow_runs.number = attempts.flow_run
     WHERE flow_id = ?`,
    flowId,
  );
  for (const row of rows) {
    if (!isWhole(row, "record", "checksum")) continue; // it says nothing that could be moved
    const run = parse<FlowRunSummary>(row, "record");
    const record = JSON.stringify({ ...run, place: { ...run.place, file } });
    await session.run(
      "UPDATE attempts SET record = ?, checksum = ? WHERE number = ?",
      record,
      checksumOf(record),
      row.number!,
    );
  }
}
