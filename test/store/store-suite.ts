import { existsSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { BytesReference } from "../../src/result/stored-bytes.js";
import { shelfOf } from "../../src/store/result-source.js";
import { CorruptResultError, type ResultWrite, type Store } from "../../src/store/store.js";
import { attemptTests } from "./attempt-suite.js";
import { beginTests, holdTests } from "./begin-suite.js";
import { type DeclareTest, declaring } from "./declare-test.js";
import { rejects } from "./rejects.js";
import { appendTo, beginRun, graphOf, holdOf, resultOf, runOf, self, stateOf, transitionOf } from "./sample-records.js";

/** What every store promises. Each store's test file runs it with its own `open`. */
export function storeSuite(name: string, open: () => Promise<Store>): void {
  const { test, run } = declaring(name, open);
  runTests(test);
  beginTests(test);
  holdTests(test);
  attemptTests(test);
  beforeTests(test);
  listTests(test);
  resultTests(test);
  gcTests(test);
  blobTests(test);
  run();
}

function runTests(test: DeclareTest): void {
  test("flowRun() returns undefined for an unknown run", async (store) => {
    assert.is(await store.flowRun("no-such-run"), undefined);
    assert.is(await store.rememberedRun("no-such-run"), undefined);
  });

  test("flowRun() returns the run with its graph and each task's latest state", async (store) => {
    await beginRun(store, runOf("r"), graphOf("a", "b"), self);
    await appendTo(store, [transitionOf("r", "b", "Pending")]);
    await appendTo(store, [transitionOf("r", "a", "Running")]);
    const last = transitionOf("r", "a", "Success", { result: resultOf([1, 2]) });
    await appendTo(store, [last]);
    const run = await store.flowRun("r");
    assert.equal(run, {
      ...runOf("r"),
      graph: graphOf("a", "b"),
      tasks: [last.run, transitionOf("r", "b", "Pending").run],
    });
  });

  test("flowRun() returns a mapped parent before its children, in order", async (store) => {
    await beginRun(store, runOf("r"), graphOf("a"), self);
    for (const mapIndex of [10, 2, 1]) await appendTo(store, [transitionOf("r", "a", "Pending", { mapIndex })]);
    await appendTo(store, [transitionOf("r", "a", "Mapped")]);
    const run = await store.flowRun("r");
    assert.equal(
      run?.tasks.map((task) => task.mapIndex),
      [null, 1, 2, 10],
    );
  });

  test("append() changes the flow run in the same commit", async (store) => {
    await beginRun(store, runOf("r"), graphOf("a"), self);
    const ended = runOf("r", { state: stateOf("Success"), endedAt: 3_000, ran: 1 });
    await appendTo(store, [transitionOf("r", "a", "Success")], { run: ended });
    const { graph, tasks, ...summary } = (await store.flowRun("r"))!;
    assert.equal(summary, ended);
    assert.is(tasks[0]?.state.type, "Success");
    assert.equal(graph, graphOf("a"));
  });

  test("append() refuses an unknown run and keeps what others append at the same time", async (store) => {
    await beginRun(store, runOf("r"), graphOf("a"), self);
    const [good, bad, alsoGood, badChange] = await Promise.allSettled([
      appendTo(store, [transitionOf("r", "a", "Running")]),
      appendTo(store, [transitionOf("no-such-run", "x", "Running")]),
      appendTo(store, [transitionOf("r", "a", "Success")]),
      appendTo(store, [], { run: runOf("no-such-run") }),
    ]);
    assert.equal(
      [good?.status, bad?.status, alsoGood?.status, badChange?.status],
      ["fulfilled", "rejected", "fulfilled", "rejected"],
    );
    assert.equal(
      (await store.history("r/a")).map((state) => state.type),
      ["Running", "Success"],
    );
  });

  test("history() has every state, oldest first, a kept one once", async (store) => {
    await beginRun(store, runOf("r"), graphOf("a"), self);
    const types = ["Pending", "Running", "Retrying", "Running", "Success"] as const;
    await Promise.all(types.map((type) => appendTo(store, [transitionOf("r", "a", type)])));
    await appendTo(store, [transitionOf("r", "a", "Success", { kept: true })]);
    assert.equal(
      (await store.history("r/a")).map((state) => state.type),
      types,
    );
    assert.equal(await store.history("no-such-task"), []);
  });

  test("history() of a task run that was kept from the start has that state", async (store) => {
    await beginRun(store, runOf("r"), graphOf("a"), self);
    await appendTo(store, [transitionOf("r", "a", "Success", { kept: true })]);
    assert.is((await store.history("r/a")).length, 1);
  });

  test("setGraph() replaces the graph", async (store) => {
    await beginRun(store, runOf("r"), graphOf("a"), self);
    await store.setGraph(holdOf("r"), graphOf("a", "b", "c"));
    assert.equal((await store.flowRun("r"))?.graph, graphOf("a", "b", "c"));
    await rejects(store.setGraph(holdOf("no-such-run"), []), /no such run/);
  });

  test("logs() returns a task's lines in order, whatever characters they hold", async (store) => {
    await beginRun(store, runOf("r"), graphOf("a"), self);
    const lines = ["first", "zero \u0000 byte", "half a pair \ud800", "'quoted'", "ünïcode 🎈"].map((text) => ({
      taskRunId: "r/a",
      timestamp: 5,
      text,
    }));
    const written = appendTo(store, [transitionOf("r", "a", "Running")]);
    await store.log(holdOf("r"), lines);
    await written;
    assert.equal(await store.logs("r/a"), lines);
  });

  test("close() waits for the writes before it, and ends the store", async (store) => {
    await beginRun(store, runOf("r"), graphOf("a"), self);
    let written = false;
    const write = appendTo(store, [transitionOf("r", "a", "Success")]).then(() => {
      written = true;
    });
    await store.close();
    await write;
    assert.ok(written);
    await rejects(appendTo(store, []), /closed/);
    await rejects(store.flowRuns(), /closed/);
  });
}

function beforeTests(test: DeclareTest): void {
  test("tasksBefore() gives the finished task runs of the run before, at the same place and flow", async (store) => {
    for (const id of ["oldest", "older", "newest"]) await beginRun(store, runOf(id), graphOf("a", "b"), self);
    await beginRun(store, runOf("elsewhere", { place: { file: null, cell: null } }), [], self);
    const a = transitionOf("older", "a", "Success", { memory: { inputPreviews: { limit: "5" } } });
    await appendTo(store, [transitionOf("oldest", "a", "Failed")]);
    await appendTo(store, [a, transitionOf("older", "b", "Running")]);
    assert.equal(await store.tasksBefore("newest"), [{ run: a.run, memory: a.memory }]);
    assert.equal(await store.tasksBefore("oldest"), []);
    assert.equal(await store.tasksBefore("elsewhere"), []);
    assert.equal(await store.tasksBefore("no-such-run"), []);
  });
}

function listTests(test: DeclareTest): void {
  test("flowRuns() lists the newest first, filtered, in pages", async (store) => {
    const failed = { state: stateOf("Failed"), endedAt: 9_000 };
    await beginRun(store, runOf("r1", { createdAt: 1_000 }), [], self);
    await beginRun(store, runOf("r2", { createdAt: 2_000, ...failed }), [], self);
    await beginRun(store, runOf("r3", { createdAt: 3_000, flow: "other" }), [], self);
    await beginRun(store, runOf("r4", { createdAt: 4_000, place: { file: "b.ipynb", cell: null } }), [], self);
    const ids = async (filter?: Parameters<Store["flowRuns"]>[0]) => (await store.flowRuns(filter)).map(({ id }) => id);
    assert.equal(await ids(), ["r4", "r3", "r2", "r1"]);
    assert.equal(await ids({ limit: 2 }), ["r4", "r3"]);
    assert.equal(await ids({ limit: 2, before: 3_000 }), ["r2", "r1"]);
    assert.equal(await ids({ limit: 2, before: "r3" }), ["r2", "r1"]);
    assert.equal(await ids({ before: "r1" }), []);
    assert.equal(await ids({ before: "no-such-run" }), []);
    assert.equal(await ids({ flow: "etl" }), ["r4", "r2", "r1"]);
    assert.equal(await ids({ file: "notes/etl.ipynb", flow: "etl", state: "Failed" }), ["r2"]);
    assert.equal(await store.flowRuns({ state: "Failed" }), [runOf("r2", { createdAt: 2_000, ...failed })]);
  });

  test("cached() returns the newest unexpired success with the key", async (store) => {
    await beginRun(store, runOf("r"), graphOf("a"), self);
    const result = resultOf("kept");
    const hit = (mapIndex: number, cacheExpires: number | null) =>
      transitionOf("r", "a", "Success", { mapIndex, result, memory: { cacheKey: "key", cacheExpires } });
    await appendTo(store, [hit(0, 9_000), hit(1, 5_000)]);
    await appendTo(store, [transitionOf("r", "a", "Failed", { mapIndex: 2, memory: { cacheKey: "key" } })]);
    assert.is((await store.cached("key", 4_000))?.run.mapIndex, 1);
    const later = await store.cached("key", 5_000);
    assert.equal(later, { run: hit(0, 9_000).run, memory: hit(0, 9_000).memory, endedAt: 2_000, text: result.text });
    assert.is(await store.cached("key", 9_000), undefined);
    assert.is(await store.cached("other", 0), undefined);
  });

  test("cached() answers each of many asks at once", async (store) => {
    await beginRun(store, runOf("r"), graphOf("a"), self);
    const large = resultOf("x".repeat(70_000));
    const hit = (name: string, result: ReturnType<typeof resultOf>) =>
      transitionOf("r", name, "Success", { result, memory: { cacheKey: `key of ${name}`, cacheExpires: null } });
    await appendTo(store, [hit("small", resultOf(1)), hit("large", large), hit("other", resultOf("other"))]);
    const asked = ["other", "nothing", "large", "small"].map((name) => store.cached(`key of ${name}`, 0));
    const found = (await Promise.all(asked)).map((each) => each && [each.run.name, each.text]);
    const text = found[2]?.[1] === null ? null : large.text; // a file of its own is read when it is needed
    assert.equal(found, [["other", '"other"'], undefined, ["large", text], ["small", "1"]]);
  });
}

function resultTests(test: DeclareTest): void {
  for (const [what, value] of [
    ["null", null],
    ["a text with every kind of character", "\u0000 \ud800 ü 🎈 \\ \" '"],
    ["a value deeper than SQLite's JSON goes", JSON.parse(`${"[".repeat(3_000)}${"]".repeat(3_000)}`)],
    ["a value of 64 KiB", "x".repeat(65_534)],
    ["a value above 64 KiB", "é".repeat(70_000)],
    ["a value of several megabytes", Array.from({ length: 300_000 }, (_, index) => index)],
  ] as const) {
    test(`readResult() returns ${what} as it was written`, async (store) => {
      await beginRun(store, runOf("r"), graphOf("a"), self);
      const result = resultOf(value);
      await appendTo(store, [transitionOf("r", "a", "Success", { result })]);
      assert.ok((await store.readResult(result.id)) === result.text);
    });
  }

  test("readResult() throws a RangeError for what was never stored", async (store) => {
    assert.instance(await rejects(store.readResult("0".repeat(64)), /does not have it/), RangeError);
  });

  test("append() refuses a result whose id is not its content's", async (store) => {
    await beginRun(store, runOf("r"), graphOf("a"), self);
    const result = { ...resultOf(1), id: "0".repeat(64) };
    const error = await rejects(appendTo(store, [transitionOf("r", "a", "Success", { result })]), /SHA-256/);
    assert.not(error instanceof CorruptResultError);
    assert.equal((await store.flowRun("r"))?.tasks, []);
  });

  test("append() stores a value once, however often it is written", async (store) => {
    await beginRun(store, runOf("r"), graphOf("a", "b"), self);
    const result = resultOf("the same");
    await Promise.all([
      appendTo(store, [transitionOf("r", "a", "Success", { result })]),
      appendTo(store, [transitionOf("r", "b", "Success", { result })]),
    ]);
    assert.equal(await store.gc({ olderThan: 9_999, keepLast: 0, dryRun: true }), { runs: 0, results: 0, bytes: 0 });
    assert.is(await store.readResult(result.id), result.text);
  });
}

function gcTests(test: DeclareTest): void {
  const ended = (id: string, createdAt: number) =>
    runOf(id, { createdAt, state: stateOf("Success"), endedAt: createdAt + 500 });

  test("gc() removes ended runs but the newest, and results nothing refers to", async (store) => {
    const [shared, own, large] = [resultOf("shared"), resultOf("own"), resultOf("y".repeat(100_000))];
    for (const [index, id] of ["r1", "r2", "r3"].entries()) {
      await beginRun(store, ended(id, 1_000 * (index + 1)), graphOf("a", "b", "c"), self);
      await appendTo(store, [transitionOf(id, "a", "Success", { result: shared })]);
    }
    await appendTo(store, [transitionOf("r1", "b", "Success", { result: own })]);
    await appendTo(store, [transitionOf("r1", "c", "Success", { result: large })]);
    const report = { runs: 2, results: 2, bytes: own.bytes + large.bytes };
    const ask = { olderThan: 99_000, keepLast: 1 };
    assert.equal(await store.gc({ ...ask, dryRun: true }), report);
    assert.is((await store.flowRuns()).length, 3);
    assert.is(await store.readResult(large.id), large.text);
    assert.equal(await store.gc({ ...ask, dryRun: false }), report);
    assert.equal(
      (await store.flowRuns()).map(({ id }) => id),
      ["r3"],
    );
    assert.is(await store.readResult(shared.id), shared.text);
    await rejects(store.readResult(own.id), /does not have it/);
    await rejects(store.readResult(large.id), /does not have it/);
    assert.equal(await store.history("r1/a"), []);
    await beginRun(store, ended("r4", 9_000), graphOf("a"), self);
    await appendTo(store, [transitionOf("r4", "a", "Success", { result: large })]);
    assert.is(await store.readResult(large.id), large.text);
  });

  test("gc() keeps runs that go on, that ended later, and results kept as cached inputs", async (store) => {
    const input = resultOf("input");
    const { id, serializer, bytes } = input;
    await beginRun(store, runOf("going-on"), graphOf("a"), self);
    await appendTo(store, [
      transitionOf("going-on", "a", "Retrying", {
        results: [input],
        memory: { cachedInputs: { x: { id, serializer, bytes } } },
      }),
    ]);
    await beginRun(store, ended("late", 50_000), graphOf("a"), self);
    const report = await store.gc({ olderThan: 20_000, keepLast: 0, dryRun: false });
    assert.equal(report, { runs: 0, results: 0, bytes: 0 });
    assert.is(await store.readResult(id), input.text);
  });
}

/** A result whose text refers to bytes in files of their own. */
function resultWith(value: unknown, ...blobs: readonly BytesReference[]): ResultWrite {
  const result = resultOf({ value, blobs });
  const outside = blobs.reduce((sum, { bytes }) => sum + bytes, 0);
  return { ...result, bytes: result.bytes + outside, outside, blobs };
}

function blobTests(test: DeclareTest): void {
  const pathOf = async (store: Store, { sha256 }: BytesReference) =>
    join(await store.blobFolder(), sha256.slice(0, 2), sha256.slice(2));
  const isThere = async (store: Store, blob: BytesReference) => existsSync(await pathOf(store, blob));
  const makeOld = async (store: Store, ...blobs: readonly BytesReference[]) => {
    for (const blob of blobs) utimesSync(await pathOf(store, blob), 1, 1);
  };
  const everything = { olderThan: 99_000, keepLast: 0, dryRun: false };
  const ended = (id: string) => runOf(id, { state: stateOf("Success"), endedAt: 2_000 });

  test("append() keeps a result that refers to bytes, and says who made it", async (store) => {
    await beginRun(store, runOf("r"), graphOf("a"), self);
    const result = resultWith("x", await shelfOf(store, "a").keep(Buffer.alloc(100_000, 1)));
    await appendTo(store, [transitionOf("r", "a", "Success", { result, mapIndex: 2 })]);
    assert.is(await store.readResult(result.id), result.text);
    assert.is(await store.madeBy(result.id), "a[2]");
    assert.is(await store.madeBy("0".repeat(64)), undefined);
  });

  test("append() refuses a result whose bytes are not there, and keeps what others append", async (store) => {
    await beginRun(store, runOf("r"), graphOf("a", "b"), self);
    const result = resultWith("x", { sha256: "1".repeat(64), bytes: 100_000 });
    const [refused, kept] = await Promise.allSettled([
      appendTo(store, [transitionOf("r", "a", "Success", { result })]),
      appendTo(store, [transitionOf("r", "b", "Success")]),
    ]);
    assert.match((refused as PromiseRejectedResult).reason.message, /its bytes 1{64} are gone/);
    assert.is(kept?.status, "fulfilled");
    await rejects(store.readResult(result.id), /does not have it/);
  });

  test("gc() keeps bytes while any result refers to them, then removes and counts them once", async (store) => {
    const shelf = shelfOf(store, "a");
    const [shared, own] = [await shelf.keep(Buffer.alloc(100_000, 1)), await shelf.keep(Buffer.alloc(80_000, 2))];
    const [first, second] = [resultWith(1, shared, own), resultWith(2, shared)];
    await beginRun(store, ended("r1"), graphOf("a"), self);
    await appendTo(store, [transitionOf("r1", "a", "Success", { result: first })]);
    await beginRun(store, ended("r2"), graphOf("a"), self);
    const { id, serializer, bytes } = second;
    const memory = { cachedInputs: { x: { id, serializer, bytes } } };
    await appendTo(store, [transitionOf("r2", "a", "Retrying", { results: [second], memory })]);
    await makeOld(store, shared, own);

    const ask = { ...everything, keepLast: 1 };
    const report = { runs: 1, results: 1, bytes: first.text.length + own.bytes };
    assert.equal(await store.gc({ ...ask, dryRun: true }), report);
    assert.ok(await isThere(store, own));
    assert.equal(await store.gc(ask), report);
    assert.equal([await isThere(store, shared), await isThere(store, own)], [true, false]);

    assert.equal(await store.gc(everything), { runs: 1, results: 1, bytes: second.text.length + shared.bytes });
    assert.not.ok(await isThere(store, shared));
  });

  test("gc() leaves bytes that no row refers to yet, until they are old", async (store) => {
    const [young, taken, old] = await Promise.all(
      [1, 2, 3].map((fill) => shelfOf(store, "a").keep(Buffer.alloc(70_000, fill))),
    );
    await makeOld(store, taken!, old!);
    await shelfOf(store, "a").keep(Buffer.alloc(70_000, 2)); // as a task does that makes the same again
    await store.gc(everything);
    assert.equal(await Promise.all([young!, taken!, old!].map((blob) => isThere(store, blob))), [true, true, false]);
    await beginRun(store, ended("r"), graphOf("a"), self);
    await appendTo(store, [transitionOf("r", "a", "Success", { result: resultWith("x", young!, taken!) })]);
    await makeOld(store, young!, taken!);
    await store.gc({ ...everything, keepLast: 1 });
    assert.equal([await isThere(store, young!), await isThere(store, taken!)], [true, true]);
  });

  test("gc() removes what a stream left that was cut off, once it is old", async (store) => {
    await shelfOf(store, "a").keep(Buffer.alloc(70_000));
    const folder = await store.blobFolder();
    const [young, old] = [join(folder, "young.tmp"), join(folder, "old.tmp")];
    for (const path of [young, old]) writeFileSync(path, "half");
    utimesSync(old, 1, 1);
    await store.gc(everything);
    assert.equal([existsSync(young), existsSync(old)], [true, false]);
  });
}
