import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { HistoryStore } from "../../src/store/history-store.js";
import { openStoreHere } from "../../src/store/open-store.js";
import { openSqlite3 } from "../../src/store/sqlite3-driver.js";
import { freshPath } from "./scratch.js";

const test = suite<{ path: string }>("HistoryStore");
test.before.each((context) => {
  context.path = freshPath();
});
test.after.each(({ path }) => rmSync(dirname(path), { recursive: true, force: true }));

const lineOf = (session: number, line: number, code: string, output: string | null = null) => ({
  session,
  line,
  code,
  output,
});

test("HistoryStore.tail() gives the newest lines of earlier sessions", async ({ path }) => {
  const first = await HistoryStore.open(path, openSqlite3);
  assert.is(await first.begin(0), 1);
  await Promise.all([1, 2, 3].map((line) => first.add(lineOf(1, line, `a${line}`, line === 2 ? "two" : null))));
  await first.close();
  const second = await HistoryStore.open(path, openSqlite3);
  assert.is(await second.begin(1), 2);
  await second.add(lineOf(2, 1, "own"));
  assert.equal(await second.tail(2, 2), [lineOf(1, 2, "a2", "two"), lineOf(1, 3, "a3")]);
  assert.equal(await second.range(1, 1, 3), [lineOf(1, 1, "a1"), lineOf(1, 2, "a2", "two")]);
  assert.equal(await second.search(2, "*3", 10), [lineOf(1, 3, "a3")]);
  assert.equal(await second.search(3, "*own*", 10), [lineOf(2, 1, "own")]);
  await second.close();
});

test("HistoryStore.open() serves several kernels at once", async ({ path }) => {
  const stores = await Promise.all([1, 2, 3].map(() => HistoryStore.open(path, openSqlite3)));
  const sessions = await Promise.all(stores.map((store) => store.begin(0)));
  assert.equal([...sessions].sort(), [1, 2, 3]);
  await Promise.all(stores.map((store, at) => store.add(lineOf(sessions[at]!, 1, "same"))));
  assert.is((await stores[0]!.tail(4, 10)).length, 3);
  await Promise.all(stores.map((store) => store.close()));
});

test("HistoryStore.begin() lets go of the oldest sessions with their lines", async ({ path }) => {
  const store = await HistoryStore.open(path, openSqlite3);
  const oldest = await store.begin(0);
  await store.add(lineOf(oldest, 1, "old"));
  for (let more = 0; more < 2000; more += 1) await store.begin(0);
  assert.equal(await store.range(oldest, 0, 10), []);
  await store.close();
});

test("HistoryStore.open() refuses a database of another kind", async ({ path }) => {
  await (await openStoreHere(path)).close();
  try {
    await HistoryStore.open(path, openSqlite3);
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /^Cannot open history .*: it is a database of another program$/);
  }
});
test.run();
