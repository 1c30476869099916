import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openStoreHere } from "../../src/store/open-store.js";
import { folderOfStore } from "../../src/store/store-path.js";
import { graphOf, place, runOf, self } from "./sample-records.js";
import { scratch } from "./scratch.js";

let count = 0;

/** A folder with a notebook that has a run. */
async function notebookWithRun() {
  const folder = join(scratch, `notebooks-${++count}`);
  const notebook = (name: string) => join(folder, "notes", name);
  mkdirSync(dirname(notebook("etl.ipynb")), { recursive: true });
  writeFileSync(notebook("etl.ipynb"), "{}");
  const store = await openStoreHere(join(folder, ".cellar", "store.db"));
  await store.beginRun(runOf("r"), graphOf("a"), self);
  return { store, notebook };
}
const renamed = { ...place, file: "notes/renamed.ipynb" };

test("lastRun() of a renamed notebook finds its runs, which are listed under the new name", async () => {
  const { store, notebook } = await notebookWithRun();
  renameSync(notebook("etl.ipynb"), notebook("renamed.ipynb"));
  const last = await store.lastRun(renamed);
  assert.is(last?.run.id, "r");
  assert.is(last?.run.place.file, "notes/renamed.ipynb");
  assert.is((await store.flowRuns({ file: "notes/renamed.ipynb" })).length, 1);
  assert.is((await store.flowRuns({ file: "notes/etl.ipynb" })).length, 0);
  await store.close();
});

test("lastRun() of a copied notebook finds nothing", async () => {
  const { store, notebook } = await notebookWithRun();
  writeFileSync(notebook("renamed.ipynb"), "{}");
  assert.is(await store.lastRun(renamed), undefined);
  assert.is((await store.lastRun(place))?.run.id, "r");
  await store.close();
});

test("lastRun() of another cell or flow, or without a cell, finds nothing", async () => {
  const { store, notebook } = await notebookWithRun();
  renameSync(notebook("etl.ipynb"), notebook("renamed.ipynb"));
  for (const other of [{ cell: "cell-2" }, { flow: "other" }, { cell: null }, { file: null }]) {
    assert.is(await store.lastRun({ ...renamed, ...other }), undefined);
  }
  await store.close();
});

test("folderOfStore() is the folder that holds .cellar, or the file's own", () => {
  assert.is(folderOfStore(join("/notes", ".cellar", "store.db")), "/notes");
  assert.is(folderOfStore(join("/data", "runs.db")), "/data");
});

test.run();
