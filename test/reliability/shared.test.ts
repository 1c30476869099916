import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openStoreHere } from "../../src/store/open-store.js";
import { openSqlite3 } from "../../src/store/sqlite3-driver.js";
import { KernelClient } from "../kernel/kernel-client.js";
import { sharedHarness } from "./shared.js";

test("two kernels, the command line and a script share a store without a word about locks", async () => {
  const { p99Ms, faults } = await sharedHarness(4);
  console.log(`shared: p99 of a commit ${p99Ms.toFixed(1)} ms`);
  assert.equal(faults, []);
});

const SQLITE3 = createRequire(import.meta.url).resolve("sqlite3");
/** Opens the live store by an SQLite of its own, reads it, and closes it, which drops a process's locks on the file. */
const SECOND_LIBRARY = `
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
const sqlite3 = createRequire(import.meta.url)(${JSON.stringify(SQLITE3)});
const count = (): Promise<number> => new Promise((resolve, reject) => {
  const database = new sqlite3.Database(".cellar/store.db", (failure: Error | null) => failure && reject(failure));
  database.get("SELECT count(*) AS n FROM task_runs", (failure: Error | null, row: { n: number }) => {
    database.close(() => failure ? reject(failure) : resolve(row.n));
  });
});
`;
const FLOW = `
import { flow, task } from "cellar";
const step = task("step", async (n: number) => { const seen = await count(); readFileSync(".cellar/store.db"); return { n, seen }; });
const many = flow("many", () => void step.map(Array.from({ length: 30 }, (_, n) => n)));
console.log((await many.run()).type);
`;

test("a second SQLite library that opens and closes the store inside tasks loses nothing, even over kill -9", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cellar-second-"));
  const path = join(folder, ".cellar", "store.db");
  const client = await KernelClient.start({
    folder,
    env: { JPY_SESSION_NAME: join(folder, "n.ipynb"), CELLAR_CHECK: "off" },
  });
  try {
    assert.is((await client.execute(SECOND_LIBRARY)).reply.status, "ok");
    for (let round = 0; round < 3; round += 1) {
      const { stdout, reply } = await client.execute(FLOW, {}, { cellId: "c" });
      assert.is(stdout, "Success\n", JSON.stringify(reply));
      assert.is((await client.execute("await count()")).result, String((round + 1) * 31));
    }
    client.kernel.kill("SIGKILL");
    await client.exited;
    const store = await openStoreHere(path);
    const runs = await store.flowRuns();
    assert.equal(
      runs.map(({ state }) => state.type),
      ["Success", "Success", "Success"],
    );
    for (const { id } of runs)
      for (const { state, mapIndex } of (await store.flowRun(id))!.tasks)
        if (mapIndex !== null) assert.match(await store.readResult(state.result.id!), "seen");
    await store.close();
    const driver = await openSqlite3(path);
    assert.equal(await driver.query("PRAGMA integrity_check"), [{ integrity_check: "ok" }]);
    await driver.close();
  } finally {
    await client.close();
    rmSync(folder, { recursive: true });
  }
});

test.run();
