import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openStoreHere } from "../../src/store/open-store.js";
import { folderOfStore } from "../../src/store/store-path.js";
import { rejects } from "./rejects.js";
import { askOf, beginRun, graphOf, place, runOf, self, stateOf } from "./sample-records.js";
import { scratch } from "./scratch.js";

let count = 0;
const FAILED = { state: stateOf("Failed"), endedAt: 2_000 };

/** A folder with a notebook that has a run. */
async function notebookWithRun() {
  const folder = join(scratch, `notebooks-${++count}`);
  const notebook = (name: string) => join(folder, "notes", name);
  mkdirSync(dirname(notebook("etl.ipynb")), { recursive: true });
  writeFileSync(notebook("etl.ipynb"), "{}");
  const store = await openStoreHere(join(folder, ".cellar", "store.db"));
  await beginRun(store, runOf("r", FAILED), graphOf("a"), self);
  return { store, notebook };
}
const renamed = { ...place, file: "notes/renamed.ipynb" };

test("begin() in a renamed notebook resumes its runs, which are listed under the new name", async () => {
  const { store, notebook } = await notebookWithRun();
  renameSync(notebook("etl.ipynb"), notebook("renamed.ipynb"));
  const begun = await store.begin(askOf("new", { place: renamed }));
  assert.equal([begun.run.id, begun.run.attempt], ["r", 2]);
  assert.is(begun.previous?.run.place.file, "notes/renamed.ipynb");
  assert.is((await store.flowRuns({ file: "notes/renamed.ipynb" })).length, 1);
  assert.is((await store.flowRuns({ file: "notes/etl.ipynb" })).length, 0);
  await store.close();
});

test("begin() in a copied notebook begins a run of its own", async () => {
  const { store, notebook } = await notebookWithRun();
  writeFileSync(notebook("renamed.ipynb"), "{}");
  assert.is((await store.begin(askOf("copy", { place: renamed }))).run.id, "copy");
  assert.is((await store.begin(askOf("again"))).run.id, "r");
  await store.close();
});

test("begin() in another cell or flow, or without a cell, begins a run of its own", async () => {
  const { store, notebook } = await notebookWithRun();
  renameSync(notebook("etl.ipynb"), notebook("renamed.ipynb"));
  for (const [index, other] of [{ cell: "cell-2" }, { flow: "other" }, { cell: null }, { file: null }].entries()) {
    const { run } = await store.begin(askOf(`new-${index}`, { place: { ...renamed, ...other } }));
    assert.is(run.id, `new-${index}`);
  }
  await store.close();
});

test("begin() by id in another notebook is refused, unless the run's own has another name now", async () => {
  const { store, notebook } = await notebookWithRun();
  const ask = (newId: string) =>
    store.begin(askOf(newId, { place: { ...renamed, cell: "cell-2" }, choice: { kind: "run", id: "r" } }));
  await rejects(ask("first"), /run of flow "etl" in "notes\/etl.ipynb", not of flow "etl" in "notes\/renamed.ipynb"/);
  renameSync(notebook("etl.ipynb"), notebook("renamed.ipynb"));
  assert.is((await ask("second")).run.id, "r");
  await store.close();
});

test("folderOfStore() is the folder that holds .cellar, or the file's own", () => {
  assert.is(folderOfStore(join("/notes", ".cellar", "store.db")), "/notes");
  assert.is(folderOfStore(join("/data", "runs.db")), "/data");
});

test.run();
