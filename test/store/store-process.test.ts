import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openStore, openStoreHere } from "../../src/store/open-store.js";
import { openSqlite3 } from "../../src/store/sqlite3-driver.js";
import { forkHost } from "./host-process.js";
import { rejects } from "./rejects.js";
import { appendTo, beginRun, graphOf, resultOf, runOf, self, transitionOf } from "./sample-records.js";
import { freshPath, scratch } from "./scratch.js";

const script = fileURLToPath(new URL("./store-script.js", import.meta.url));

/** Runs `store-script.js` and gives what it printed once it has ended by itself. */
function runScript(what: string, path: string, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [script, what, path], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.on("data", (chunk) => {
    printed += chunk;
  });
  const ended = new Promise<string>((resolve) => child.once("close", () => resolve(printed)));
  return { child, ended, printed: () => printed };
}

async function expectStored(path: string, count: number): Promise<void> {
  const store = await openStoreHere(path);
  const run = await store.flowRun("r");
  assert.ok((run?.tasks.length ?? 0) >= count, `${run?.tasks.length} of ${count} task runs are there`);
  for (const { state } of run!.tasks.slice(0, count)) {
    const id = state.result.id!;
    assert.ok((await store.readResult(id)).length > 0);
  }
  await store.close();
  const driver = await openSqlite3(path);
  assert.equal(await driver.query("PRAGMA integrity_check"), [{ integrity_check: "ok" }]);
  assert.equal(await driver.query("PRAGMA foreign_key_check"), []);
  await driver.close();
}

const append = (mapIndex: number, size = 10) =>
  transitionOf("r", "a", "Success", { mapIndex, result: resultOf(`${mapIndex} ${"x".repeat(size)}`) });

test("an acknowledged append survives kill -9 of the store process", async () => {
  const path = freshPath();
  const { child, store, ended } = await forkHost(path);
  await beginRun(store, runOf("r"), graphOf("a"), self);
  let acknowledged = 0;
  const writing = Array.from({ length: 8 }, async (_, worker) => {
    for (let index = worker; ; index += 8) {
      await appendTo(store, [append(index, index % 40 === 0 ? 70_000 : 10)]);
      acknowledged += 1;
      if (acknowledged === 100) child.kill("SIGKILL");
    }
  });
  const failures = await Promise.all(writing.map((worker) => rejects(worker, /gone/)));
  assert.is(failures.length, 8);
  await ended;
  assert.ok(acknowledged >= 100);
  await expectStored(path, acknowledged);
});

test("calls after the store process is gone are rejected", async () => {
  const { child, store, ended } = await forkHost(freshPath());
  child.kill("SIGKILL");
  await ended;
  await rejects(store.flowRuns(), /gone/);
  await rejects(appendTo(store, [append(1)]), /gone/);
});

test("the store process ignores the terminal's interrupt and ends with its parent", async () => {
  const { child, store, ended } = await forkHost(freshPath());
  child.kill("SIGINT");
  child.kill("SIGTERM");
  assert.equal(await store.flowRuns(), []);
  child.disconnect();
  await ended;
  assert.is(child.exitCode, 0);
});

test("writes that reached the store process are finished when its parent goes", async () => {
  const path = freshPath();
  const { child, store, ended } = await forkHost(path);
  await beginRun(store, runOf("r"), graphOf("a"), self);
  const writes = Array.from({ length: 50 }, (_, index) => appendTo(store, [append(index)])); // less than the pipe holds
  const settled = Promise.allSettled(writes);
  const asked = store.flowRuns(); // crosses after the appends
  child.disconnect();
  await Promise.allSettled([asked, settled]);
  await ended;
  await expectStored(path, 50);
});

test("openStore() does not keep a script alive, a pending write does", async () => {
  const path = freshPath();
  assert.is(await runScript("idle", path).ended, "opened\n");
  assert.is(await runScript("write-last", path).ended, "opened\nwritten\n");
  await expectStored(path, 1);
});

test("an append acknowledged to a script survives kill -9 of the script", async () => {
  const path = freshPath();
  const { child, ended, printed } = runScript("write-on", path);
  while (printed().split("\n").length < 60) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill("SIGKILL");
  const acknowledged = (await ended).split("\n").filter((line) => line.startsWith("acknowledged")).length;
  assert.ok(acknowledged >= 50);
  await expectStored(path, acknowledged);
});

test("a second SQLite client that opens and closes the file in the script loses nothing", async () => {
  const path = freshPath();
  const { child, store, ended } = await forkHost(path);
  await beginRun(store, runOf("r"), graphOf("a"), self);
  for (let round = 0; round < 5; round += 1) {
    await appendTo(store, [append(3 * round)]);
    const second = await openSqlite3(path);
    assert.is((await second.query("SELECT count(*) AS n FROM task_runs"))[0]?.n, 3 * round + 1);
    await appendTo(store, [append(3 * round + 1)]);
    await second.close();
    readFileSync(path); // opening and closing drops all of a process's POSIX locks on a file
    await appendTo(store, [append(3 * round + 2)]);
  }
  child.kill("SIGKILL");
  await ended;
  await expectStored(path, 15);
});

test("another SQLite build that opens and closes the file meanwhile loses nothing", async () => {
  const path = freshPath();
  const { child, store, ended } = await forkHost(path);
  await beginRun(store, runOf("r"), graphOf("a"), self);
  const program = [
    "import sqlite3, sys",
    "for _ in range(20):",
    "    c = sqlite3.connect(sys.argv[1]); n = c.execute('select count(*) from task_runs').fetchone(); c.close()",
  ].join("\n");
  const python = spawn("python3", ["-c", program, path], { stdio: ["ignore", "ignore", "inherit"] });
  let running = true;
  const pythonEnded = new Promise<number | null>((resolve) => python.once("close", resolve)).finally(() => {
    running = false;
  });
  let count = 0;
  do await appendTo(store, [append(count++)]);
  while (running);
  assert.is(await pythonEnded, 0);
  child.kill("SIGKILL");
  await ended;
  await expectStored(path, count);
});

test("the store process runs nothing of the caller's: no loader, no preloaded module", async () => {
  const preload = join(scratch, "preload.cjs");
  const marks = join(scratch, "preloaded");
  mkdirSync(dirname(preload), { recursive: true });
  writeFileSync(preload, `require("node:fs").appendFileSync(${JSON.stringify(marks)}, process.argv[1] + "\\n")`);
  await runScript("idle", freshPath(), { NODE_OPTIONS: `--require ${preload}` }).ended;
  assert.equal(readFileSync(marks, "utf8").trim().split("\n"), [script]);
});

test("close() ends the store process and may be called twice", async () => {
  const path = freshPath();
  const store = await openStore(path);
  await beginRun(store, runOf("r"), graphOf("a"), self);
  const written = appendTo(store, [append(0)]);
  await Promise.all([store.close(), store.close()]);
  await written;
  await expectStored(path, 1);
});

test.run();
