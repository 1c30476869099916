import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { HistoryStore } from "../../src/store/history-store.js";
import { openStoreHere } from "../../src/store/open-store.js";
import { shelfOf } from "../../src/store/result-source.js";
import { openSqlite3 } from "../../src/store/sqlite3-driver.js";
import { appendTo, beginRun, graphOf, resultOf, runOf, self, transitionOf } from "./sample-records.js";
import { freshPath } from "./scratch.js";

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** Modes of a folder and all in it that anybody but their owner may use. */
function openTo(folder: string): string[] {
  const paths = [folder, ...readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)))];
  return paths.filter((path) => (statSync(path).mode & 0o077) !== 0).map((path) => `${path} ${modeOf(path)}`);
}

async function fill(path: string): Promise<void> {
  const store = await openStoreHere(path);
  await beginRun(store, runOf("r"), graphOf("a"), self);
  const large = resultOf("x".repeat(100_000));
  await appendTo(store, [transitionOf("r", "a", "Success", { result: large })]);
  await shelfOf(store, "a").keep(Buffer.alloc(100_000, 1));
  assert.equal(openTo(dirname(path)), [], "while it is open");
  await store.close();
}

for (const [what, prepare] of [
  ["of a new store", () => {}],
  ["of a folder that was there", (folder: string) => mkdirSync(folder, { mode: 0o755 })],
] as const)
  test(`everything ${what} is its owner's alone, whatever the umask`, async () => {
    const before = process.umask(0);
    try {
      const path = join(dirname(freshPath()), "notebook", ".cellar", "store.db");
      mkdirSync(dirname(dirname(path)), { recursive: true });
      prepare(dirname(path));
      await fill(path);
      assert.equal(openTo(dirname(path)), []);
    } finally {
      process.umask(before);
    }
  });

test("a store that others could read is closed to them when it is opened", async () => {
  const path = join(dirname(freshPath()), "old", ".cellar", "store.db");
  await fill(path);
  const folder = dirname(path);
  chmodSync(folder, 0o755);
  for (const name of readdirSync(folder, { recursive: true }).map(String))
    chmodSync(join(folder, name), statSync(join(folder, name)).isDirectory() ? 0o755 : 0o644);
  await (await openStoreHere(path)).close();
  assert.equal(openTo(folder), []);
});

test("the folder of a store that was put elsewhere stays as it is, its files do not", async () => {
  const folder = join(dirname(freshPath()), "shared");
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, "notes.txt"), "");
  chmodSync(join(folder, "notes.txt"), 0o644);
  await (await openStoreHere(join(folder, "runs.db"))).close();
  assert.equal([modeOf(folder), modeOf(join(folder, "notes.txt"))], ["755", "644"]);
  assert.is(modeOf(join(folder, "runs.db")), "600");
});

test("the history of cells is its owner's alone", async () => {
  const path = join(dirname(freshPath()), "history.db");
  await (await HistoryStore.open(path, openSqlite3)).close();
  assert.is(modeOf(path), "600");
});

if (process.platform !== "win32") test.run();
