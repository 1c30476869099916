import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openStore, openStoreHere, openStoreToRead } from "../../src/store/open-store.js";
import { rejects } from "../store/rejects.js";
import { appendTo, beginRun, graphOf, resultOf, runOf, self, transitionOf } from "../store/sample-records.js";
import { DamagedFlow } from "./damaged-flow.js";
import { mountSmallDisk, writeErrorHarness } from "./disk.js";
import { refusedCallsHarness } from "./refused-calls.js";

const scratch = mkdtempSync(join(tmpdir(), "cellar-small-disk-"));
const disk = mountSmallDisk(scratch);
test.after(() => {
  if (typeof disk !== "string") disk.unmount();
  rmSync(scratch, { recursive: true, force: true });
});
const task = (index: number, size: number) =>
  transitionOf("r", "a", "Success", { mapIndex: index, result: resultOf(`${index} ${"x".repeat(size)}`) });

test("a write that the system refuses, the first as the last, is told in words and harms nothing", async () => {
  const { refusals, faults } = await writeErrorHarness(10);
  assert.equal(faults, []);
  assert.ok(refusals > 0);
});

test("each call of SQLite and of files that a run makes may be refused: told in words, nothing torn, well afterwards", async () => {
  const { calls, refusals, faults } = await refusedCallsHarness(1);
  console.log(`disk: ${calls} calls, each refused once or from there on`);
  assert.equal(faults, []);
  assert.ok(refusals > 50, `${refusals} refusals`);
});

if (typeof disk === "string") {
  console.log(`left out, because ${disk}: a full disk`);
} else {
  for (const [what, size] of [
    ["values in the database", 20_000],
    ["values in files of their own", 100_000],
  ] as const)
    test(`a full disk refuses ${what} in words; what was written stays, and it goes on when there is space`, async () => {
      const folder = join(scratch, `full-${size}`);
      const store = await openStoreHere(join(folder, "store.db"));
      const ballast = join(scratch, "ballast");
      writeFileSync(ballast, Buffer.alloc(1_000_000));
      await beginRun(store, runOf("r"), graphOf("a"), self);
      let written = 0;
      const failure = async () => {
        for (; ; written += 1) await appendTo(store, [task(written, size)]);
      };
      await rejects(failure(), /^Cannot write to store .*the disk is full|^Cannot store result \w+: ENOSPC/);
      for (let index = 0; index < written; index += 1) await store.readResult(task(index, size).memory.result!.id);
      rmSync(ballast);
      await appendTo(store, [task(written, size)]);
      assert.is((await store.flowRun("r"))?.tasks.length, written + 1);
      await store.close();
      rmSync(folder, { recursive: true });
    });

  test("runs are listed on a disk without any room, and those of the dead are Crashed once there is some", async () => {
    const path = join(scratch, "listed", "store.db");
    const store = await openStore(path);
    await beginRun(store, runOf("r"), graphOf("a"), { id: "dead", pid: 2 ** 22 + 1, startedAt: 1 });
    await store.close();
    const ballast = join(scratch, "ballast");
    assert.throws(() => writeFileSync(ballast, Buffer.alloc(4_000_000)), /ENOSPC/);
    await rejects(openStore(path), /^Cannot open store .*the disk is full; nothing was lost, free some space/);
    for (const type of ["Running", "Crashed"]) {
      const read = await openStoreToRead(path);
      assert.equal(
        (await read.flowRuns()).map(({ state }) => state.type),
        [type],
      );
      await read.close();
      rmSync(ballast, { force: true });
    }
    rmSync(join(scratch, "listed"), { recursive: true });
  });

  test("a flow on a full disk says so; with space it runs", async () => {
    const store = await openStoreHere(join(scratch, "flow", "store.db"));
    const ballast = join(scratch, "ballast");
    assert.throws(() => writeFileSync(ballast, Buffer.alloc(4_000_000)), /ENOSPC/);
    await rejects(new DamagedFlow(false).run(store, "failed"), /^Cannot write to store .*the disk is full/);
    rmSync(ballast);
    assert.equal(await new DamagedFlow(false).run(store, "failed"), { type: "Success", wrong: [], told: [] });
    await store.close();
  });
}

const readonlyFolder = join(scratch, "readonly");
function allowWriting(allowed: boolean): void {
  if (typeof disk === "string") chmodSync(readonlyFolder, allowed ? 0o755 : 0o555);
  else disk.remount(allowed ? "rw" : "ro"); // root may write whatever a folder's mode says
}
if (typeof disk === "string" && process.getuid?.() === 0) {
  console.log(`left out, because ${disk}, and root may write everywhere: a read-only folder`);
} else {
  test("a read-only folder is refused in words, and taken when it may be written", async () => {
    mkdirSync(readonlyFolder, { recursive: true });
    allowWriting(false);
    await rejects(openStoreHere(join(readonlyFolder, "store.db")), /^Cannot open store .*the file or its folder/);
    await rejects(
      openStoreHere(join(readonlyFolder, "sub", "store.db")),
      /^Cannot open store .*its folder cannot be made/,
    );
    allowWriting(true);
    await (await openStoreHere(join(readonlyFolder, "store.db"))).close();
  });

  test("a store whose folder became read-only is refused in words, and goes on when it may be written", async () => {
    const path = join(readonlyFolder, "store.db");
    const store = await openStoreHere(path);
    await beginRun(store, runOf("r"), graphOf("a"), self);
    await store.close();
    allowWriting(false);
    await rejects(openStoreHere(path), /^Cannot (open|write to|read) store .*(cannot be written|cannot be opened)/);
    allowWriting(true);
    const again = await openStoreHere(path);
    await appendTo(again, [task(0, 10)]);
    await again.close();
  });
}

test.run();
