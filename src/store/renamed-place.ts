import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { FlowRunSummary } from "../contracts/records.js";
import type { Session } from "./database.js";
import { parse } from "./run-rows.js";
import type { RunPlace } from "./store.js";

/**
 * The place where a renamed notebook's runs were: the same cell and flow in a file that is gone. A copy's
 * original is still there, so that a copy begins a history of its own. Undefined where no such place is.
 */
export async function renamedFrom(session: Session, place: RunPlace, holder: string): Promise<number | undefined> {
  if (place.cell === null || place.file === null) return undefined;
  const rows = await session.all(
    "SELECT id, file FROM flows WHERE flow = ? AND cell = ? AND file <> ? ORDER BY id DESC",
    place.flow,
    place.cell,
    place.file,
  );
  const gone = rows.find(({ file }) => !existsSync(resolve(holder, String(file))));
  return gone && Number(gone.id);
}

/** Gives all runs of a place to the file as it is called now. */
export async function movePlace(session: Session, flowId: number, file: string): Promise<void> {
  await session.run("UPDATE flows SET file = ? WHERE id = ?", file, flowId);
  for (const row of await session.all("SELECT number, record FROM flow_runs WHERE flow_id = ?", flowId)) {
    const run = parse<FlowRunSummary>(row, "record");
    const record = JSON.stringify({ ...run, place: { ...run.place, file } });
    await session.run("UPDATE flow_runs SET record = ? WHERE number = ?", record, row.number!);
  }
}
