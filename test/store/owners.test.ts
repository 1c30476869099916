import { spawn } from "node:child_process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findProcess } from "../../src/store/process-mark.js";
import { SqliteStore } from "../../src/store/sqlite-store.js";
import { openSqlite3 } from "../../src/store/sqlite3-driver.js";
import { RunOwnedError } from "../../src/store/store.js";
import { rejects } from "./rejects.js";
import { appendTo, beginRun, graphOf, runOf, self, transitionOf } from "./sample-records.js";
import { freshPath } from "./scratch.js";

/** A child that waits, and the way to end it. */
function waitingChild() {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    pid: child.pid!,
    end: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

test("findProcess() finds a living process and its start, and none once it ended", async () => {
  const own = findProcess(process.pid);
  assert.ok(own);
  if (own.startedAt !== null) assert.ok(Math.abs(own.startedAt - performance.timeOrigin) < 1_000);
  const child = waitingChild();
  const found = findProcess(child.pid);
  assert.ok(found);
  if (found.mark !== null) assert.is.not(found.mark, own.mark);
  await child.end();
  assert.is(findProcess(child.pid), undefined);
});

test("begin() finds that an owner was killed", async () => {
  const store = await SqliteStore.open(freshPath());
  const child = waitingChild();
  const owner = { id: "child", pid: child.pid, startedAt: Date.now() };
  const hold = await beginRun(store, runOf("r"), graphOf("a"), owner);
  await store.append(hold, [transitionOf("r", "a", "Running")]);
  assert.is((await store.rememberedRun("r"))?.run.state.type, "Running");
  assert.instance(await rejects(beginRun(store, runOf("r", { attempt: 2 }), [], self), /runs it now/), RunOwnedError);
  await child.end();
  assert.is((await store.rememberedRun("r"))?.tasks[0]?.run.state.type, "Crashed");
  await beginRun(store, runOf("r", { attempt: 2 }), [], self);
  await store.close();
});

test("lists and single runs tell that an owner was killed", async () => {
  const store = await SqliteStore.open(freshPath());
  const child = waitingChild();
  for (const id of ["r", "s"]) {
    const owner = { id: "child", pid: child.pid, startedAt: Date.now() };
    await store.append(await beginRun(store, runOf(id), graphOf("a"), owner), [transitionOf(id, "a", "Running")]);
  }
  const types = async () => (await store.flowRuns()).map(({ state }) => state.type);
  assert.equal(await types(), ["Running", "Running"]);
  await child.end();
  const run = await store.flowRun("r");
  assert.equal([run?.state.type, run?.tasks[0]?.state.type], ["Crashed", "Crashed"]);
  assert.equal(await types(), ["Crashed", "Crashed"]);
  assert.equal(await store.flowRuns({ state: "Running" }), []);
  await store.close();
});

test("an owner on another machine lives as long as it is heard of", async () => {
  const path = freshPath();
  let now = 1_000_000;
  const store = await SqliteStore.open(path, { now: () => now });
  await beginRun(store, runOf("r"), graphOf("a"), self);
  await appendTo(store, [transitionOf("r", "a", "Running")]);
  const driver = await openSqlite3(path);
  await driver.exec("UPDATE owners SET machine = 'far-away pid:[1]', beat_at = 1000000");
  await driver.close();
  now += 15_000;
  const other = { ...self, id: "other" };
  await rejects(beginRun(store, runOf("r", { attempt: 2 }), [], other), new RegExp(`${process.pid} on far-away runs`));
  assert.is((await store.rememberedRun("r"))?.run.state.type, "Running");
  now += 10_000;
  assert.is((await store.rememberedRun("r"))?.run.state.type, "Crashed");
  await beginRun(store, runOf("r", { attempt: 2 }), [], other);
  await store.close();
});

test.run();
