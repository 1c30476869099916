import { setTimeout as delay } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  flatten,
  flow,
  LocalExecutor,
  Mapped,
  signals,
  type TaskCall,
  task,
  triggers,
  unmapped,
} from "../../src/index.js";
import { Notebook, typesOf } from "./notebook.js";

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

/** Waits for `signal`, but not for ever: gives whether it came. */
const cameInTime = (signal: Promise<void>): Promise<boolean> =>
  Promise.race([signal.then(() => true), delay(10_000, false, { ref: false })]);

function deferred() {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

test("a child of a map over a map begins when its own child before it is done", async () => {
  const behindFirst = deferred();
  const a = task("a", async (n: number) => (n === 1 ? true : await cameInTime(behindFirst.promise)));
  const b = task("b", (came: boolean) => {
    behindFirst.resolve();
    return came;
  });
  const built = flow("f", () => ({ b: b.map(a.map([1, 2, 3])) }));
  assert.equal((await built.run(memory)).result.get(built.calls.b).result, [true, true, true]);
});

test("each line of maps over maps is run to its end before others begin", async () => {
  const order: string[] = [];
  const step = (name: string) =>
    task(name, (n: number) => {
      order.push(`${name}${n}`);
      return n;
    });
  const built = flow("f", () => step("c").map(step("b").map(step("a").map([0, 1]))));
  await built.run({ ...memory, executor: new LocalExecutor({ concurrency: 1 }) });
  assert.equal(order, ["a0", "b0", "c0", "a1", "b1", "c1"]);
});

test("a map over a list of calls waits for each call by itself, and fails with it by itself", async () => {
  const doubled = deferred();
  const quick = task("quick", () => 1);
  const slow = task("slow", async () => ((await cameInTime(doubled.promise)) ? 2 : 0));
  const bad = task("bad", (): number => {
    throw new Error("no");
  });
  const twice = task("twice", (n: number) => {
    doubled.resolve();
    return n * 2;
  });
  const deep = task("deep", ({ n: [first] }: { n: number[] }) => first! + 1);
  const built = flow("f", () => {
    const [one, two, three] = [quick(), slow(), bad()];
    return { twice: twice.map([one, two, three, 5]), deep: deep.map([{ n: [one] }, { n: [three] }]) };
  });
  const { result } = await built.run(memory);
  const typesAndValues = (call: TaskCall<number[]>) =>
    (result.get(call) as Mapped).mapStates.map((child) => (child.isSuccessful() ? child.result : child.type));
  assert.equal(typesAndValues(built.calls.twice), [2, 4, "TriggerFailed", 10]);
  assert.equal(typesAndValues(built.calls.deep), [2, "TriggerFailed"]);
});

test("a call that a map takes item by item and whole is given both ways", async () => {
  const join = task("join", (n: number, all: readonly number[], [first]: readonly number[]) => [n, all, first]);
  const built = flow("f", () => {
    const doubled = double.map(numbers());
    return { joined: join.map(doubled, unmapped(doubled), unmapped([doubled]) as never) };
  });
  assert.equal((await built.run(memory)).result.get(built.calls.joined).result, [
    [2, [2, 4, 6], [2, 4, 6]],
    [4, [2, 4, 6], [2, 4, 6]],
    [6, [2, 4, 6], [2, 4, 6]],
  ]);
});

test("lines go on while a child before waits for its retry, and are kept alone when the run is gone on with", async () => {
  const notebook = await Notebook.open();
  const ran: string[] = [];
  let broken = true;
  const a = task("a", (n: number) => {
    ran.push(`a${n}`);
    if (n === 1 && broken) throw signals.retry({ in: "1h" });
    if (n === 2 && broken) throw new Error("no");
    return n * 10;
  });
  const b = task("b", (n: number) => {
    ran.push(`b${n}`);
    return n + 1;
  });
  const make = () => flow("f", () => ({ b: b.map(a.map([0, 1, 2, 3])) }));
  const waiting = await make().run({ maxWait: 0 });
  assert.is(waiting.type, "Running");
  assert.equal(ran.splice(0).sort(), ["a0", "a1", "a2", "a3", "b0", "b30"]);
  const stored = typesOf((await notebook.runs())[0]!);
  assert.equal(
    [stored["b[0]"], stored["b[1]"], stored["b[2]"], stored["b[3]"], stored.b],
    ["Success", undefined, "TriggerFailed", "Success", undefined],
  );
  broken = false;
  const again = make();
  await again.run({ maxWait: 0 });
  assert.equal(ran.splice(0).sort(), ["a2", "b20"]);
  const from = again.graph.calls[0]!;
  assert.equal((await again.run({ from })).result.get(again.calls.b).result, [1, 11, 21, 31]);
  await notebook.close();
});

test.run();
