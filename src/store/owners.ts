import type { EpochMs } from "../contracts/json.js";
import type { Owner } from "./begin-ask.js";
import type { Session } from "./database.js";
import type { SqlRow } from "./driver.js";
import { findProcess, machineMark } from "./process-mark.js";

/** How often a store process writes that the owners it serves are alive. */
export const BEAT_MS = 5_000;
/** Start times of the same process, counted in two ways, differ by less: a clock may be set meanwhile. */
const START_TOLERANCE_MS = 7 * 86_400_000;

/** Writes who an owner is, as far as this machine can tell; it asks right now, so it is alive. */
export async function saveOwner(session: Session, owner: Owner, now: EpochMs): Promise<void> {
  const found = findProcess(owner.pid);
  const mark = found && mayBe(owner.startedAt, found.startedAt) ? found.mark : null;
  await session.run(
    `INSERT INTO owners (id, pid, started_at, machine, process_mark, beat_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at`,
    owner.id,
    owner.pid,
    owner.startedAt,
    machineMark(),
    mark,
    now,
  );
}

/** Writes that these owners are alive; the dead among them are left out. */
export async function beat(session: Session, ownerIds: readonly string[], now: EpochMs): Promise<void> {
  const ids = JSON.stringify(ownerIds);
  const owners = await session.all("SELECT id, pid FROM owners WHERE id IN (SELECT value FROM json_each(?))", ids);
  const alive = owners.filter(({ pid }) => findProcess(Number(pid))).map(({ id }) => id);
  await session.run(
    "UPDATE owners SET beat_at = ?, beats = beats + 1 WHERE id IN (SELECT value FROM json_each(?))",
    now,
    JSON.stringify(alive),
  );
}

/** Names an owner in a message. */
export function ownerName(owner: SqlRow): string {
  const elsewhere = owner.machine === machineMark() ? "" : ` on ${String(owner.machine).split(" ")[0]}`;
  return `process ${owner.pid}${elsewhere}`;
}

/** A pid given anew belongs to a process that started later than the one it was told of. */
export const mayBe = (told: EpochMs, found: EpochMs | null) => found === null || found - told < START_TOLERANCE_MS;
