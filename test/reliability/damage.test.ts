import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openStoreHere } from "../../src/store/open-store.js";
import { damageHarness } from "./damage.js";
import { makeDamageable } from "./damageable-stores.js";
import { drawSeed } from "./dice.js";

/** A hash for each file under a folder. */
const bytesIn = (folder: string): { readonly [path: string]: string } =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort()
      .map((path) => [path.slice(folder.length), createHash("sha256").update(readFileSync(path)).digest("hex")]),
  );

test("the stores that are damaged have the same bytes each time, so that a seed repeats a case", async () => {
  const scratch = mkdtempSync(join(tmpdir(), "cellar-damageable-"));
  const [first, second] = [join(scratch, "first"), join(scratch, "second")];
  const [closed, killed] = await makeDamageable(first);
  await makeDamageable(second);
  assert.equal(bytesIn(first), bytesIn(second));
  for (const folder of [closed!, killed!]) {
    const store = await openStoreHere(join(folder, "store.db"));
    const [run] = await store.flowRuns();
    assert.is((await store.flowRun(run!.id))?.tasks.length, 27);
    await store.close();
  }
  rmSync(scratch, { recursive: true });
});

test("300 damages of store files are told or harmless: no wrong value, no hang, and a lost blob is made again", async () => {
  const { wrong, ...ended } = await damageHarness(drawSeed("damage"), 300);
  console.log(`damage: ${JSON.stringify(ended)}`);
  assert.equal(wrong, []);
});

test.run();
