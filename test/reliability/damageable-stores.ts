import { cpSync } from "node:fs";
import { join } from "node:path";
import { LocalExecutor } from "../../src/index.js";
import { SqliteStore } from "../../src/store/sqlite-store.js";
import { openSqlite3 } from "../../src/store/sqlite3-driver.js";
import { DamagedFlow } from "./damaged-flow.js";
import { FORGET_MACHINE, REPEATED_AT, repeatableStore } from "./repeatable-store.js";
import { fixSalts } from "./wal-salts.js";

/**
 * Makes stores of a flow whose last task failed, with the same bytes each time: one that was closed, all in one file,
 * and one as a killed process leaves it, with its log. Gives their folders.
 */
export async function makeDamageable(scratch: string): Promise<string[]> {
  const [closed, killed] = [join(scratch, "closed"), join(scratch, "killed")];
  const path = join(closed, "store.db");
  const store = await SqliteStore.open(path, { now: () => REPEATED_AT });
  await new DamagedFlow(true).run(repeatableStore(store), "never", new LocalExecutor({ concurrency: 1 }));
  const driver = await openSqlite3(path);
  await driver.exec(FORGET_MACHINE);
  cpSync(closed, killed, { recursive: true, filter: (from) => !from.endsWith("-shm") });
  await driver.close();
  await store.close();
  fixSalts(join(killed, "store.db-wal"));
  return [closed, killed];
}
