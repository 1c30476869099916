import { spawn } from "node:child_process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findProcess } from "../../src/store/process-mark.js";
import { SqliteStore } from "../../src/store/sqlite-store.js";
import { openSqlite3 } from "../../src/store/sqlite3-driver.js";
import { RunOwnedError } from "../../src/store/store.js";
import { rejects } from "./rejects.js";
import { appendTo, askOf, beginRun, graphOf, runOf, self, transitionOf } from "./sample-records.js";
import { freshPath } from "./scratch.js";

/** Parameters that nothing is known of: they may be those of any run. */
const UNKNOWN = { text: null, key: null, shown: {} };

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

/** A run whose owner is in another container: only its heartbeats tell. */
async function foreignRun() {
  const path = freshPath();
  const clock = { now: 1_000_000, elapsed: 0 };
  const store = await SqliteStore.open(path, { now: () => clock.now, elapsed: () => clock.elapsed });
  await beginRun(store, runOf("r"), graphOf("a"), self);
  await appendTo(store, [transitionOf("r", "a", "Running")]);
  const change = async (sql: string) => {
    const driver = await openSqlite3(path);
    await driver.exec(sql);
    await driver.close();
  };
  await change("UPDATE owners SET machine = 'far-away pid:[1]', beat_at = 1000000");
  const type = async () => (await store.rememberedRun("r"))?.run.state.type;
  const beats = () => change(`UPDATE owners SET beats = beats + 1, beat_at = ${clock.now}`);
  return { store, clock, type, beats };
}
const HOUR_MS = 3_600_000;

for (const [what, jump] of [
  ["stays as it is", 0],
  ["is set an hour forward", HOUR_MS],
  ["is set an hour back", -HOUR_MS],
  ["is set two days forward", 48 * HOUR_MS],
] as const) {
  test(`an owner on another machine lives while it beats, when the clock ${what}`, async () => {
    const { store, clock, type, beats } = await foreignRun();
    clock.now += jump;
    for (let round = 0; round < 8; round += 1) {
      assert.is(await type(), "Running");
      clock.now += 5_000;
      clock.elapsed += 5_000;
      await beats();
    }
    const other = { ...self, id: "other" };
    const refused = rejects(
      store.begin(askOf("new", { owner: other, parameters: UNKNOWN })),
      /\d+ on far-away runs it now/,
    );
    assert.instance(await refused, RunOwnedError);
    await store.close();
  });
  test(`an owner on another machine is dead once it is silent, when the clock ${what}`, async () => {
    const { store, clock, type } = await foreignRun();
    clock.now += jump;
    assert.is(await type(), "Running");
    clock.now += 21_000;
    clock.elapsed += 21_000;
    assert.is(await type(), "Crashed");
    const begun = await store.begin(askOf("new", { owner: { ...self, id: "other" }, parameters: UNKNOWN }));
    assert.equal([begun.run.id, begun.run.attempt], ["r", 2]);
    await store.close();
  });
}

test("begin() waits until it is known whether an owner that was silent for long is dead", async () => {
  for (const lives of [true, false]) {
    const { store, clock, beats } = await foreignRun();
    clock.now += HOUR_MS;
    const begun = store.begin(askOf("new", { owner: { ...self, id: "other" }, parameters: UNKNOWN }));
    const settled = begun.then(
      ({ run }) => run.id,
      (error: Error) => error.name,
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    if (lives) await beats();
    clock.elapsed += 21_000;
    assert.is(await settled, lives ? "RunOwnedError" : "r");
    await store.close();
  }
});

test("an owner is found again by its pid, whatever was done to the clock since it started", async () => {
  const store = await SqliteStore.open(freshPath());
  for (const [index, jump] of [HOUR_MS, -HOUR_MS, 48 * HOUR_MS].entries()) {
    const id = `r${index}`;
    await store.begin(askOf(id, { choice: { kind: "new" }, owner: { ...self, id, startedAt: self.startedAt - jump } }));
    assert.is((await store.rememberedRun(id))?.run.state.type, "Running");
  }
  await store.close();
});

test.run();
