import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openStoreHere } from "../../src/store/open-store.js";

const LIBRARY = new URL("../../src/index.js", import.meta.url).href;

/** Its third task waits for ever the first time; each task that begins adds a line to ran.txt. */
const SCRIPT = `
import { appendFileSync, existsSync } from "node:fs";
import { flow, task } from ${JSON.stringify(LIBRARY)};
const step = (name) => task(name, async (n) => {
  appendFileSync("ran.txt", name + "\\n");
  if (name === "c" && !existsSync("go")) {
    setInterval(() => {}, 1000);
    process.stdout.write("waiting\\n");
    await new Promise(() => {});
  }
  return n + 1;
});
const built = flow("killed", () => {
  let last = step("a")(0);
  for (const name of ["b", "c", "d", "e"]) last = step(name)(last);
  return { last };
});
const state = await built.run();
process.stdout.write(JSON.stringify({ type: state.type, value: state.result.get(built.calls.last).result }));
`;

/** Waits until the newest run's task is stored in a state. */
async function storedAs(path: string, name: string, type: string): Promise<void> {
  const store = await openStoreHere(path);
  for (let seen: string | undefined; seen !== type; await delay(5)) {
    const [newest] = await store.flowRuns({ limit: 1 });
    const run = newest && (await store.flowRun(newest.id));
    seen = run?.tasks.find((each) => each.name === name)?.state.type;
  }
  await store.close();
}

test("after kill -9 a script goes on where it was, and the dead task is seen as Crashed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cellar-killed-"));
  const run = () => spawn(process.execPath, ["script.mjs"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  try {
    await writeFile(join(folder, "script.mjs"), SCRIPT);
    const first = run();
    const firstExit = once(first, "exit");
    await once(first.stdout, "data");
    await storedAs(join(folder, ".cellar", "store.db"), "c", "Running"); // else its begin may be lost with the process
    first.kill("SIGKILL");
    await firstExit;
    await writeFile(join(folder, "go"), "");
    const second = run();
    let told = "";
    second.stdout.on("data", (chunk) => {
      told += chunk;
    });
    await once(second, "close");
    assert.equal(JSON.parse(told), { type: "Success", value: 5 });
    assert.equal((await readFile(join(folder, "ran.txt"), "utf8")).trim().split("\n"), ["a", "b", "c", "c", "d", "e"]);
    const store = await openStoreHere(join(folder, ".cellar", "store.db"));
    const [summary, ...others] = await store.flowRuns();
    assert.is(others.length, 0);
    assert.equal([summary!.attempt, summary!.kept, summary!.ran], [2, 2, 3]);
    assert.equal(summary!.place, { file: "script.mjs", cell: null });
    const third = (await store.flowRun(summary!.id))!.tasks.find((each) => each.name === "c")!;
    const history = await store.history(third.id);
    assert.equal(
      history.map((state) => state.type),
      ["Running", "Crashed", "Running", "Success"],
    );
    await store.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.run();
