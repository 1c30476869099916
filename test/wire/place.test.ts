import { test } from "uvu";
import * as assert from "uvu/assert";
import { cellPlace, sessionSetup } from "../../kernel/wire/place.js";
import { defaultStorePath } from "../../src/store/store-path.js";

const STORES: [env: NodeJS.ProcessEnv, path: string][] = [
  [{}, "/books/a/.cellar/store.db"],
  [{ CELLAR_STORE: "/data/store.db" }, "/data/store.db"],
  [{ CELLAR_STORE: "../x.db" }, "/books/x.db"],
];
for (const [env, path] of STORES)
  test(`defaultStorePath() is ${path} with ${JSON.stringify(env)}`, () =>
    assert.is(defaultStorePath("/books/a", env), path));

const NOTEBOOKS: [env: NodeJS.ProcessEnv, notebook: string | null][] = [
  [{}, null],
  [{ JPY_SESSION_NAME: "/books/a/n.ipynb" }, "n.ipynb"],
  [{ JPY_SESSION_NAME: "n.ipynb" }, "n.ipynb"],
  [{ JPY_SESSION_NAME: "/books/a/console-1-0f8e" }, null],
  [{ JPY_SESSION_NAME: "/books/a/n.ipynb", CELLAR_STORE: "/books/.cellar/store.db" }, "a/n.ipynb"],
  [{ JPY_SESSION_NAME: "/books/a/n.ipynb", CELLAR_STORE: "/data/all.db" }, "../books/a/n.ipynb"],
];
for (const [env, notebook] of NOTEBOOKS)
  test(`sessionSetup() finds the notebook ${notebook} with ${JSON.stringify(env)}`, () =>
    assert.equal(sessionSetup("/books/a", env), { folder: "/books/a", notebook }));

const CELLS: [cellId: string | undefined, place: ReturnType<typeof cellPlace>][] = [
  [undefined, { cellId: null }],
  ["0b5c8a2e", { cellId: "0b5c8a2e" }],
  ["vscode-notebook-cell:/books/a/n%20%C3%A9.ipynb#W1sZmlsZQ%3D%3D", { cellId: null, notebook: "n é.ipynb" }],
  ["vscode-notebook-cell://ssh-remote%2Bhost/books/b/n.ipynb#W1", { cellId: null, notebook: "../b/n.ipynb" }],
  ["vscode-notebook-cell:Untitled-1.ipynb?jupyter-notebook#W0", { cellId: null }],
];
for (const [cellId, place] of CELLS)
  test(`cellPlace() of ${cellId} is ${JSON.stringify(place)}`, () =>
    assert.equal(cellPlace(cellId, "/books/a", {}), place));

test.run();
