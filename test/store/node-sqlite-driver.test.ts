import { test } from "uvu";
import * as assert from "uvu/assert";
import { hasNodeSqlite, openNodeSqlite } from "../../src/store/node-sqlite-driver.js";
import { openStoreHere } from "../../src/store/open-store.js";
import { SqliteStore } from "../../src/store/sqlite-store.js";
import { rejects } from "./rejects.js";
import { appendTo, beginRun, graphOf, resultOf, runOf, self, transitionOf } from "./sample-records.js";
import { freshPath } from "./scratch.js";
import { storeSuite } from "./store-suite.js";

if (hasNodeSqlite()) {
  storeSuite("SqliteStore on node:sqlite", () => SqliteStore.open(freshPath(), { openDriver: openNodeSqlite }));

  test("a store that one driver wrote is the other's, both ways", async () => {
    const path = freshPath();
    const first = await openStoreHere(path);
    await beginRun(first, runOf("r"), graphOf("a"), self);
    const second = await SqliteStore.open(path, { openDriver: openNodeSqlite });
    const result = resultOf({ text: "ü" });
    await appendTo(second, [transitionOf("r", "a", "Success", { result })]);
    assert.equal(await first.flowRun("r"), await second.flowRun("r"));
    assert.is(await first.readResult(result.id), result.text);
    await Promise.all([first.close(), second.close()]);
  });
} else {
  test("openNodeSqlite() says that this Node has none", async () => {
    await rejects(openNodeSqlite(freshPath()), /has no SQLite of its own/);
  });
}

test.run();
