/** Refuses each call that a flow's store makes of SQLite and of files, in turn: an error in words, and all is well after. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStoreHere } from "../../src/store/open-store.js";
import { SqliteStore } from "../../src/store/sqlite-store.js";
import { openSqlite3 } from "../../src/store/sqlite3-driver.js";
import { DamagedFlow } from "./damaged-flow.js";
import { failingDriver } from "./failing-driver.js";
import { failFiles } from "./failing-files.js";
import { Faults } from "./faults.js";

const CLEAR =
  /^(\w*Error: |The run of flow "damaged" was not stored: )?Cannot (open|read|write to|store|begin) (?!.*SQLITE)/;

export interface RefusedReport {
  /** Calls that the run makes. */
  readonly calls: number;
  readonly refusals: number;
  readonly faults: readonly string[];
}

/** @param hows ways to refuse each call: once or until all is well, by an error of the disk or a full one. */
export async function refusedCallsHarness(hows: number): Promise<RefusedReport> {
  const scratch = mkdtempSync(join(tmpdir(), "cellar-refused-"));
  const found: string[] = [];
  let refusals = 0;
  let place = 0;
  for (let isReached = true; isReached; place += 1) {
    isReached = false;
    for (let each = 0; each < hows; each += 1) {
      const how = hows === 1 ? place : each; // one way in turn
      const folder = join(scratch, `${place}-${how}`);
      const { what, faults } = await runRefused(folder, place, how);
      if (what.length > 0) refusals += 1;
      isReached ||= what.length > 0;
      found.push(...faults.map((fault) => `call ${place}, way ${how % 4} (${what[0]}): ${fault}`));
      rmSync(folder, { recursive: true, force: true });
    }
  }
  rmSync(scratch, { recursive: true });
  return { calls: place - 1, refusals, faults: found };
}

interface Refused {
  readonly what: readonly string[];
  readonly faults: readonly string[];
}

async function runRefused(folder: string, place: number, how: number): Promise<Refused> {
  const path = join(folder, "store.db");
  const faults = new Faults();
  const found: string[] = [];
  const listen = ({ name, message }: Error): void => {
    if (name === "CellarWarning" && !CLEAR.test(message)) found.push(`it warns "${message}"`);
  };
  process.on("warning", listen);
  const restore = failFiles(faults, folder, how % 2 === 0 ? "EIO" : "ENOSPC");
  let store: SqliteStore | undefined;
  try {
    faults.begin(place, how % 4 < 2 ? 1 : Number.POSITIVE_INFINITY);
    const openDriver = failingDriver(faults, how);
    try {
      store = await SqliteStore.open(path, { openDriver });
      const { wrong, told } = await new DamagedFlow(false).run(store, "failed");
      if (wrong.length > 0) found.push(`wrong values of ${wrong}`);
      found.push(...told.filter((message) => !CLEAR.test(message)).map((message) => `it says "${message}"`));
    } catch (error) {
      const { message } = error as Error;
      if (!CLEAR.test(message)) found.push(`it says "${message}"`);
    }
    faults.end();
    store ??= await SqliteStore.open(path, { openDriver });
    const again = await new DamagedFlow(false).run(store, "failed");
    if (again.type !== "Success" || again.wrong.length + again.told.length > 0)
      found.push(`later it is ${JSON.stringify(again)}`);
    await store.close();
    store = undefined;
    found.push(...(await storeFaults(path)));
    return { what: faults.refused, faults: found };
  } catch (error) {
    return { what: faults.refused, faults: [...found, `later: ${(error as Error).message}`] };
  } finally {
    restore();
    await store?.close().catch(() => {}); // told above
    await new Promise((resolve) => setImmediate(resolve)); // warnings come in a turn of their own
    process.off("warning", listen);
  }
}

/** What of a store is torn. */
async function storeFaults(path: string): Promise<string[]> {
  const found: string[] = [];
  const store = await openStoreHere(path);
  const runs = await store.flowRuns();
  if (runs[0]?.state.type !== "Success") found.push(`the newest run is ${runs[0]?.state.type}`);
  for (const { id } of runs)
    for (const { state } of (await store.flowRun(id))!.tasks)
      if (state.result.id !== null) await store.readResult(state.result.id);
  await store.close();
  const driver = await openSqlite3(path);
  const [row] = await driver.query("PRAGMA integrity_check");
  if (row?.integrity_check !== "ok") found.push(`integrity_check: ${JSON.stringify(row)}`);
  await driver.close();
  return found;
}
