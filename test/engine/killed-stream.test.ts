import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, statSync, utimesSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openStoreHere } from "../../src/store/open-store.js";

const LIBRARY = new URL("../../src/index.js", import.meta.url).href;

/** Kills itself in the middle of a stream, or when its bytes are on disk and their transition is not. */
const SCRIPT = `
import { flow, task } from ${JSON.stringify(LIBRARY)};
const [when, fill] = process.argv.slice(2);
const die = () => process.kill(process.pid, "SIGKILL");
const source = task("source", async function* () {
  for (let piece = 0; piece < 50; piece += 1) {
    yield Buffer.alloc(100_000, Number(fill));
    if (when === "within" && piece === 40) die();
  }
}, { stateHandlers: [(task, before, after) => { if (when === "behind" && after.type === "Success") die(); }] });
const count = task("count", async (file) => {
  let sum = 0;
  for await (const piece of file) sum += piece.length;
  return sum;
});
const built = flow("killed", () => count(source()));
const state = await built.run();
process.stdout.write(String(state.result.task("count").result));
`;

async function run(folder: string, when: string, fill: number): Promise<{ told: string; signal: unknown }> {
  const child = spawn(process.execPath, ["script.mjs", when, String(fill)], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let told = "";
  child.stdout.on("data", (chunk) => {
    told += chunk;
  });
  const [, signal] = (await once(child, "close")) as [number | null, string | null];
  return { told, signal };
}

test("a process killed while it streams, or before its bytes are referred to, leaves what gc takes later", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cellar-killed-"));
  const blobs = join(folder, ".cellar", "blobs");
  const files = (): string[] =>
    readdirSync(blobs, { recursive: true, encoding: "utf8" })
      .map((name) => join(blobs, name))
      .filter((path) => statSync(path).isFile());
  const collect = async () => {
    const store = await openStoreHere(join(folder, ".cellar", "store.db"));
    await store.gc({ olderThan: 0, keepLast: 1, dryRun: false });
    await store.close();
  };
  try {
    await writeFile(join(folder, "script.mjs"), SCRIPT);
    assert.equal(await run(folder, "within", 1), { told: "", signal: "SIGKILL" });
    assert.equal([files().length, files()[0]!.endsWith(".tmp")], [1, true]);
    assert.equal(await run(folder, "behind", 2), { told: "", signal: "SIGKILL" });
    assert.is(files().length, 2);
    const orphans = files();
    assert.equal(await run(folder, "never", 3), { told: "5000000", signal: null });
    assert.is(files().length, 3);

    await collect();
    assert.is(files().length, 3, "they are young: a task may be about to refer to them");
    for (const path of files()) utimesSync(path, 1, 1);
    await collect();
    assert.is(files().length, 1);
    assert.equal(orphans.map(existsSync), [false, false]);
    assert.equal(await run(folder, "never", 3), { told: "5000000", signal: null });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.run();
