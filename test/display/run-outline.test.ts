import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatBytes, formatDuration } from "../../src/display/human-units.js";
import { countRun, keptAndRan, outlineRun, outlineType, taskTitle, totalOf } from "../../src/display/run-outline.js";
import { failedRun, mappedRun, node, sampleTask } from "./sample-runs.js";

const typeOf = (run: Parameters<typeof outlineRun>[0], name: string) =>
  outlineType(outlineRun(run).find((each) => each.name === name)!);

test("outlineRun() lists planned calls without a run", () => {
  const run = failedRun();
  const outline = outlineRun({ ...run, tasks: run.tasks.slice(0, 1) });
  assert.equal(
    outline.map(({ name }) => name),
    run.graph.map(({ name }) => name),
  );
  assert.is(outline[0]!.run, run.tasks[0]);
  assert.is(outline[1]!.run, undefined);
  assert.is(outlineType(outline[1]!), undefined);
});

test("outlineRun() puts mapped children behind their call, whether or not names carry the index", () => {
  for (const name of [() => "inspect", (index: number) => `inspect[${index}]`]) {
    const tasks = [0, 1].map((mapIndex) => sampleTask(name(mapIndex), { type: "Success", more: { mapIndex } }));
    const outline = outlineRun(failedRun({ graph: [node("inspect", [], { mapped: true })], tasks }));
    assert.is(outline.length, 1);
    assert.is(outline[0]!.children.length, 2);
    assert.equal(tasks.map(taskTitle), ["inspect[0]", "inspect[1]"]);
  }
});

test("outlineRun() adds task runs that the graph does not name", () => {
  const outline = outlineRun(failedRun({ graph: [], tasks: [sampleTask("late", { type: "Success" })] }));
  assert.equal(
    outline.map(({ name }) => name),
    ["late"],
  );
});

test("outlineType() shows a mapped call as running while a child runs, as failed once one failed", () => {
  assert.is(typeOf(mappedRun(40), "inspect"), "Running");
  const mapped = sampleTask("inspect", { type: "Mapped" });
  const child = (type: "Success" | "Failed", mapIndex: number) => sampleTask("inspect", { type, more: { mapIndex } });
  assert.is(
    typeOf(failedRun({ graph: [], tasks: [mapped, child("Success", 0), child("Failed", 1)] }), "inspect"),
    "Failed",
  );
  assert.is(typeOf(failedRun({ graph: [], tasks: [mapped, child("Success", 0)] }), "inspect"), "Mapped");
});

test("countRun() counts mapped children one by one and their parent not", () => {
  assert.is(totalOf(countRun(outlineRun(mappedRun(40)))), 41);
});

test("keptAndRan() names what came from the cache where there is some", () => {
  assert.is(keptAndRan({ kept: 2, cached: 3, ran: 1 }), "kept 2, cached 3, ran 1");
  assert.is(keptAndRan({ kept: 2, cached: 0, ran: 1 }), "kept 2, ran 1");
  assert.is(keptAndRan({ kept: 2, ran: 1 }), "kept 2, ran 1"); // as older versions wrote it
});

for (const [ms, text] of [
  [-5, "0 ms"],
  [340, "340 ms"],
  [999, "999 ms"],
  [1234, "1.2 s"],
  [59_960, "1 min 00 s"],
  [185_000, "3 min 05 s"],
  [7_800_000, "2 h 10 min"],
] as const)
  test(`formatDuration(${ms}) is ${text}`, () => assert.is(formatDuration(ms), text));

for (const [bytes, text] of [
  [0, "0 B"],
  [1023, "1023 B"],
  [1229, "1.2 KiB"],
  [3_565_158, "3.4 MiB"],
] as const)
  test(`formatBytes(${bytes}) is ${text}`, () => assert.is(formatBytes(bytes), text));

test.run();
