import { test } from "uvu";
import * as assert from "uvu/assert";
import { flatten, flow, Mapped, signals, task, triggers, unmapped } from "../../src/index.js";

const memory = { store: "none", maxWait: 0 } as const;
const numbers = task("numbers", () => [1, 2, 3]);
const double = task("double", (n: number) => n * 2);
const add = task("add", (a: number, b: number) => a + b);
const sum = task("sum", (all: readonly number[]) => all.reduce((total, each) => total + each, 0));
const picky = task("picky", (n: number) => {
  if (n === 2) throw new Error("two");
  return n;
});

test("map() makes one child for each item and keeps their states", async () => {
  const built = flow("f", () => ({ doubled: double.map(numbers()) }));
  const state = (await built.run(memory)).result.get(built.calls.doubled);
  assert.instance(state, Mapped);
  assert.equal(state.result, [2, 4, 6]);
  assert.equal(
    (state as Mapped).mapStates.map((child) => child.result),
    [2, 4, 6],
  );
});

test("map() goes as far as the shortest list, and hands unmapped values to all", async () => {
  const built = flow("f", () => ({ a: add.map([1, 2, 3], [10, 20]), b: add.map(numbers(), unmapped(5)) }));
  const state = await built.run(memory);
  assert.equal(state.result.get(built.calls.a).result, [11, 22]);
  assert.equal(state.result.get(built.calls.b).result, [6, 7, 8]);
});

test("map() of an empty list is an empty Mapped, and a reduce of it runs", async () => {
  const built = flow("f", () => {
    const doubled = double.map([]);
    return { doubled, total: sum(doubled) };
  });
  const state = await built.run(memory);
  const doubled = state.result.get(built.calls.doubled);
  assert.is(doubled.type, "Mapped");
  assert.is((doubled as Mapped).nMapStates, 0);
  assert.is(state.result.get(built.calls.total).result, 0);
});

test("one failed child fails only what stands behind it", async () => {
  const built = flow("f", () => {
    const picked = picky.map(numbers());
    const doubled = double.map(picked);
    const total = sum(doubled);
    return { picked, doubled, total };
  });
  const state = await built.run(memory);
  const types = (call: typeof built.calls.picked) =>
    (state.result.get(call) as Mapped).mapStates.map((child) => child.type);
  assert.equal(types(built.calls.picked), ["Success", "Failed", "Success"]);
  assert.equal(types(built.calls.doubled), ["Success", "TriggerFailed", "Success"]);
  assert.is(state.result.get(built.calls.total).type, "TriggerFailed");
  assert.is(state.type, "Failed");
});

test("a reduce may take what there is", async () => {
  const some = task("some", (all: readonly unknown[]) => all.filter((each) => typeof each === "number").length, {
    trigger: triggers.allFinished,
  });
  const built = flow("f", () => ({ some: some(picky.map(numbers())) }));
  assert.is((await built.run(memory)).result.get(built.calls.some).result, 2);
});

test("children retry alone", async () => {
  const tries = new Map<number, number>();
  const flaky = task(
    "flaky",
    (n: number) => {
      tries.set(n, (tries.get(n) ?? 0) + 1);
      if (n === 2 && tries.get(n) === 1) throw new Error("first time");
      return n;
    },
    { maxRetries: 1 },
  );
  const built = flow("f", () => ({ all: flaky.map([1, 2, 3]) }));
  const state = await built.run({ store: "none" });
  assert.equal(state.result.get(built.calls.all).result, [1, 2, 3]);
  assert.equal(
    [...tries],
    [
      [1, 1],
      [2, 2],
      [3, 1],
    ],
  );
});

test("a map with a waiting child has not finished", async () => {
  const waits = task("waits", (n: number) => {
    if (n === 2) throw signals.pause("look");
    return n;
  });
  const built = flow("f", () => ({ all: waits.map([1, 2, 3]) }));
  const state = await built.run(memory);
  assert.is(state.type, "Paused");
  assert.not(state.result.get(built.calls.all).isFinished());
});

test("flatten() maps over the items of a list of lists", async () => {
  const pages = task("pages", () => [[1], [2, 3], []]);
  const page = task("page", (n: number) => [n, n * 10]);
  const built = flow("f", () => ({
    plain: double.map(flatten(pages())),
    mapped: double.map(flatten(page.map([1, 2]))),
  }));
  const state = await built.run(memory);
  assert.equal(state.result.get(built.calls.plain).result, [2, 4, 6]);
  assert.equal(state.result.get(built.calls.mapped).result, [2, 20, 4, 40]);
});

test("map() over no list fails, naming the input", async () => {
  const text = task("text", () => "abc" as unknown as number[]);
  const built = flow("f", () => ({ all: double.map(text()) }));
  const state = (await built.run(memory)).result.get(built.calls.all);
  assert.is(state.type, "Failed");
  assert.match(state.message!, '"n" is no list');
});

test("a failed unmapped input fails the map as a whole", async () => {
  const bad = task("bad", (): number => {
    throw new Error("no");
  });
  const built = flow("f", () => ({ all: add.map(numbers(), unmapped(bad())) }));
  assert.is((await built.run(memory)).result.get(built.calls.all).type, "TriggerFailed");
});

test.run();
