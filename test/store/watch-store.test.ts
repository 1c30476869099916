import { test } from "uvu";
import * as assert from "uvu/assert";
import { openStoreHere } from "../../src/store/open-store.js";
import { type StoreListener, watchStore } from "../../src/store/watch-store.js";
import { appendTo, askOf, beginRun, graphOf, runOf, self, stateOf, transitionOf } from "./sample-records.js";
import { storeSuite } from "./store-suite.js";

storeSuite("a watched store", async () => watchStore(await openStoreHere(":memory:"), () => {}));

async function watched() {
  const store = await openStoreHere(":memory:");
  const told: Parameters<StoreListener>[] = [];
  return { told, store: watchStore(store, (...what) => told.push(what)) };
}

test("watchStore() tells of each write once it is durable, run by run", async () => {
  const { store, told } = await watched();
  const { run, hold } = await store.begin(askOf("r"));
  await store.setGraph(hold, graphOf("a", "b"));
  const [a, b] = [transitionOf("r", "a", "Success"), transitionOf("r", "b", "Success")];
  const ended = runOf("r", { state: stateOf("Success"), endedAt: 2_000 });
  await appendTo(store, [a, b], { run: ended });
  await appendTo(store, [b]);
  await store.keep(hold, ["r/a"]);
  assert.equal(told, [
    ["r", [], run],
    ["r", []],
    ["r", [a, b], ended],
    ["r", [b], undefined],
    ["r", []],
  ]);
  await store.close();
});

test("watchStore() does not tell of a write that failed", async () => {
  const { store, told } = await watched();
  await appendTo(store, [transitionOf("no-such-run", "a", "Success")]).catch(() => {});
  assert.equal(told, []);
  await store.close();
});

test("watchStore() tells of what turned out to have crashed", async () => {
  const { store, told } = await watched();
  const hold = await beginRun(store, runOf("r"), graphOf("a"), { ...self, id: "dead", startedAt: 1_000 });
  await appendTo(store, [transitionOf("r", "a", "Running")], undefined, hold);
  told.length = 0;
  await store.rememberedRun("r");
  const [[runId, transitions, change] = []] = told;
  assert.is(runId, "r");
  assert.equal(
    transitions?.map(({ run }) => run.state.type),
    ["Crashed"],
  );
  assert.is(change?.state.type, "Crashed");
  await store.close();
});

test.run();
