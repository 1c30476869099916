import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { QueueExecutor, type QueueOptions } from "../../src/distributed/queue-executor.js";
import { flow } from "../../src/flow/flow.js";
import { noteSource } from "../../src/source/source-note.js";
import type { State } from "../../src/state/states.js";
import { task } from "../../src/task/task.js";
import type { TaskOptions } from "../../src/task/task-definition.js";
import { Notebook } from "../engine/notebook.js";
import { Cluster } from "./cluster.js";
import { until } from "./until.js";
import "../../src/index.js";

interface World {
  notebook: Notebook;
  cluster: Cluster;
  executor: QueueExecutor;
}
const test = suite<World>("QueueExecutor");
test.before(async (world) => {
  world.notebook = await Notebook.open();
  world.cluster = await Cluster.start();
  await world.cluster.worker("w1", ["--concurrency", "2"]);
  world.executor = new QueueExecutor({ connection: world.cluster.server.url });
});
test.after(async ({ notebook, cluster, executor }) => {
  await executor.close();
  await cluster.stop();
  await notebook.close();
});

/** The state that one call comes to on a worker. */
async function stateOf<A extends unknown[], R>(
  executor: QueueExecutor,
  fn: (...args: A) => R,
  args: NoInfer<A>,
  options: TaskOptions = {},
): Promise<State> {
  const work = task("work", fn, options);
  const built = flow("f", () => ({ work: work(...(args as never)) }));
  const state = await built.run({ executor, resume: "never" });
  return state.result.get(built.calls.work as never) as State;
}
/** The value that one call comes to. */
async function cameTo(...asked: Parameters<typeof stateOf>): Promise<unknown> {
  const state = await stateOf(...asked);
  assert.is(state.type, "Success", state.message ?? "");
  return state.result;
}
/** A function as the transformation of cells and scripts leaves it. */
const stub = () => assert.unreachable("it ran here");
const noted = (text: string, references: object = {}, imports: { [name: string]: string } = {}) =>
  noteSource(stub as unknown as () => unknown, text, () => ({ ...references }), imports);
const fresh = (text: string, references: object = {}, imports: { [name: string]: string } = {}) =>
  noteSource((() => stub()) as () => unknown, text, () => ({ ...references }), imports);

test("a task is called in a process of a worker", async ({ executor, cluster }) => {
  const { result } = await stateOf(executor, (n: number) => [n * 2, process.pid, process.cwd()], [21]);
  const [twice, pid, folder] = result as [number, number, string];
  assert.is(twice, 42);
  assert.is.not(pid, process.pid);
  assert.is.not(pid, cluster.workers[0]!.pid);
  assert.is(folder, cluster.folder);
});

const lossless: readonly (readonly [what: string, value: unknown])[] = [
  ["plain objects", { a: [1, "b", null, undefined, -0, Number.NaN], when: new Date(5) }],
  ["Map, Set and bigint", new Map<unknown, unknown>([[1n, new Set([new Float64Array([1.5])])]])],
  ["URL and RegExp", [new URL("http://a.b/c"), /x/gi]],
  ["an error with its class and cause", new RangeError("far", { cause: new Error("near") })],
  ["a long text", "x".repeat(100_000)],
  ["large bytes", new Uint8Array(3_000_000).map((_, index) => index % 251)],
];
for (const [what, value] of lossless)
  test(`gives ${what} there and back`, async ({ executor }) => {
    const { result } = await stateOf(executor, (given: unknown) => given, [value]);
    assert.equal(result, value);
    assert.is((result as object).constructor, (value as object).constructor);
  });

test("what functions refer to goes along: functions, classes, constants, cycles", async ({ executor }) => {
  const limits = { most: 10 };
  const isEven = fresh("function isEven(n) { return n === 0 ? true : isOdd(n - 1); }", {});
  const isOdd = fresh("n => n === 0 ? false : isEven(n - 1)", { isEven });
  noteSource(isEven, "function isEven(n) { return n === 0 ? true : isOdd(n - 1); }", () => ({ isOdd }));
  class Shape {}
  noteSource(Shape, "class Shape { area() { return 0; } }");
  class Square extends Shape {}
  noteSource(Square, "class Square extends Shape { static most = limits.most; area() { return 4; } }", () => ({
    Shape,
    limits,
  }));
  const all = fresh(
    `async () => {
      limits.most += 1;
      const square = new Square();
      return [isEven(4), isOdd(4), square.area(), square instanceof Shape, Square.most, held.limits.most, slash];
    }`,
    { isEven, isOdd, Square, Shape, limits, held: { limits } },
    { slash: "node:path#sep" },
  );
  const { result } = await stateOf(executor, all, []);
  assert.equal(result, [true, false, 4, true, 10, 11, "/"]);
  assert.is(limits.most, 10);
});

test("an error comes back with its name, message, stack and cause", async ({ executor }) => {
  const state = await stateOf(executor, () => {
    throw Object.assign(new RangeError("too far", { cause: new TypeError("deep") }), { code: "E_FAR" });
  }, []);
  const error = state.result as Error;
  assert.is(state.message, "RangeError: too far");
  assert.instance(error, RangeError);
  assert.is((error as { code?: string }).code, "E_FAR");
  assert.is((error.cause as Error).message, "deep");
  assert.match(error.stack!, /\[work\]\.ts:\d+:\d+/);
});

const withCellar = (text: string, ...names: string[]) =>
  fresh(text, {}, Object.fromEntries(names.map((name) => [name, `cellar#${name}`])));

test("context() gives the run; log and progress arrive here", async ({ notebook, executor }) => {
  const fn = withCellar(
    `() => {
      const { taskName, taskRunCount, flowName, mapIndex, scheduledStartTime, parameters, loopCount, signal, log, progress } = context();
      log("half way"); progress(0.5, "half"); log("done");
      return { taskName, taskRunCount, flowName, mapIndex, isDate: scheduledStartTime instanceof Date, parameters, loopCount, aborted: signal.aborted };
    }`,
    "context",
  );
  const state = await stateOf(executor, fn, []);
  assert.equal(state.result, {
    taskName: "work",
    taskRunCount: 1,
    flowName: "f",
    mapIndex: null,
    isDate: true,
    parameters: {},
    loopCount: 1,
    aborted: false,
  });
  const [run] = await notebook.runs();
  await until(async () => (await notebook.opened.logs(run!.tasks[0]!.id)).length === 2);
  const logs = (await notebook.opened.logs(run!.tasks[0]!.id)).map(({ text }) => text);
  assert.equal(logs, ["half way", "done"]);
});

for (const [text, type] of [
  ['() => { throw signals.skip("nothing new"); }', "Skipped"],
  ['() => { throw signals.fail("bad"); }', "Failed"],
  ["() => { throw signals.success(5); }", "Success"],
  ['() => { throw signals.triggerFail("no"); }', "TriggerFailed"],
  ['() => { throw signals.pause("wait"); }', "Paused"],
] as const)
  test(`a signal decides the state: ${type}`, async ({ executor }) => {
    assert.is((await stateOf(executor, withCellar(text, "signals"), [])).type, type);
  });
test("a loop has its rounds on workers", async ({ executor }) => {
  const fn = withCellar(
    "() => { const { loopCount, loopResult } = context(); if (loopCount < 3) throw signals.loop((loopResult ?? 0) + loopCount); return loopResult; }",
    "context",
    "signals",
  );
  assert.is((await stateOf(executor, fn, [])).result, 3);
});

test("a task is tried again as often as it says, wherever", async ({ executor }) => {
  const fn = withCellar(
    '() => { if (context().taskRunCount < 3) throw new Error("not yet"); return context().taskRunCount; }',
    "context",
  );
  assert.is((await stateOf(executor, fn, [], { maxRetries: 2 })).result, 3);
});
test("a task that ends its process is Crashed, and the next one runs", async ({ executor }) => {
  const state = await stateOf(executor, () => process.exit(3), []);
  assert.is(state.type, "Crashed");
  assert.is(state.message, 'The process of task "work" on worker "w1" ended (exit code 3)');
  assert.is((await stateOf(executor, () => 5, [])).result, 5);
});
test("a crash is tried again by maxRetries", async ({ executor }) => {
  const fn = withCellar(
    "() => { if (context().taskRunCount === 1) process.kill(process.pid, 'SIGKILL'); return 'again'; }",
    "context",
  );
  assert.is((await stateOf(executor, fn, [], { maxRetries: 1 })).result, "again");
});
test("a stream that a task returns becomes stored bytes here", async ({ executor }) => {
  const read = task("read", async (bytes: { bytes(): Promise<Uint8Array> }) => (await bytes.bytes()).length);
  const made = task("made", async function* () {
    for (let piece = 0; piece < 20; piece += 1) yield Buffer.alloc(10_000, piece);
  });
  const built = flow("streams", () => ({ read: read(made() as never) }));
  const state = await built.run({ executor, resume: "never" });
  assert.is(state.result.get(built.calls.read)?.result, 200_000);
});

test("a task in a loop is ended a second after its time-out", async ({ executor }) => {
  const state = await stateOf(
    executor,
    () => {
      for (;;);
    },
    [],
    { timeout: 300 },
  );
  assert.is(state.type, "TimedOut");
  assert.is(state.message, "It took longer than 300 ms.");
  assert.is((await stateOf(executor, () => 5, [])).result, 5);
});
test("a cancel reaches the task by its signal", async ({ executor, cluster }) => {
  const file = join(cluster.folder, "stopped");
  const fn = withCellar(
    `async (file) => {
      const { writeFileSync } = await import("node:fs");
      writeFileSync(file, "began");
      await new Promise((resolve) => context().signal.addEventListener("abort", resolve));
      writeFileSync(file, context().signal.reason.name);
    }`,
    "context",
  ) as (file: string) => unknown;
  const stop = new AbortController();
  const built = flow("f", () => ({ work: task("work", fn)(file) }));
  const ended = built.run({ executor, resume: "never", signal: stop.signal });
  const { readFileSync } = await import("node:fs");
  const content = (): string => {
    try {
      return readFileSync(file, "utf8");
    } catch {
      return "";
    }
  };
  await until(() => content() === "began");
  stop.abort();
  assert.is((await ended).result.get(built.calls.work as never)?.type, "Cancelled");
  await until(() => content() === "AbortError");
});

test("local modules and packages go along in a bundle", async ({ notebook, cluster }) => {
  const { folder } = notebook;
  await writeFile(join(folder, "factor.ts"), "export const factor: number = 10;\n");
  await writeFile(
    join(folder, "times.ts"),
    'import { factor } from "./factor.js";\nexport default (n: number): number => n * factor;\n',
  );
  await writeFile(join(folder, "rows.json"), '{ "rows": [2, 3] }');
  await writeFile(join(folder, "old.cjs"), "module.exports = { old: 7, from: require('node:path').sep };");
  const executor = new QueueExecutor({ connection: cluster.server.url });
  Object.assign(notebook, { importFolder: () => folder });
  try {
    const fn = () =>
      fresh(
        "async () => [data.rows.map(times), old, (await import('./factor.ts')).factor]",
        {},
        { times: "./times.ts#default", data: "./rows.json#default", old: "./old.cjs#old" },
      );
    assert.equal(await cameTo(executor, fn(), []), [[20, 30], 7, 10]);
    await writeFile(join(folder, "factor.ts"), "export const factor: number = 100;\n");
    assert.equal(await cameTo(executor, fn(), []), [[200, 300], 7, 100]);
    const missing = fresh("() => gone", {}, { gone: "./gone.js#gone" });
    const { message } = await stateOf(executor, missing, []);
    assert.match(message!, /^TypeError: Cannot run task "work" on a worker: Could not resolve "\.\/gone\.js"/);
  } finally {
    Reflect.deleteProperty(notebook, "importFolder");
    await executor.close();
  }
});

/** What is said when something cannot cross. */
const refused: readonly (readonly [
  what: string,
  fn: (...args: never[]) => unknown,
  args: unknown[],
  message: string,
])[] = [
  [
    "an input that cannot cross",
    (given: unknown) => given,
    [{ a: () => 1 }],
    'TypeError: Cannot run task "work" on a worker: inputs[0].a cannot go along: function',
  ],
  [
    "a result that no worker can send",
    () => ({ rows: [1, 2, 3, { fn: () => 1 }] }),
    [],
    'TypeError: Cannot give the result of task "work" back: result.rows[3].fn: function',
  ],
  [
    "a variable that it assigns to",
    noted("() => count += 1", { count: 0 }),
    [],
    'TypeError: Cannot run task "work" on a worker: the task assigns to "count"',
  ],
];
for (const [what, fn, args, message] of refused)
  test(`refuses ${what}, by name`, async ({ executor }) => {
    const state = await stateOf(executor, fn, args as never);
    assert.is(state.type, "Failed");
    assert.ok(state.message!.startsWith(message), state.message!);
  });

const tooLarge: readonly (readonly [
  what: string,
  fn: (...args: never[]) => unknown,
  args: unknown[],
  message: string,
])[] = [
  [
    "inputs",
    (bytes: Uint8Array) => bytes.length,
    [new Uint8Array(2_000_000)],
    'RangeError: Cannot send the inputs of task "work" (1.9 MiB): more than 1.0 MiB goes through no queue',
  ],
  [
    "a result",
    () => new Uint8Array(2_000_000),
    [],
    'Error: Cannot send the result of task "work" (1.9 MiB): more than 1.0 MiB goes through no queue',
  ],
];
const limited = (cluster: Cluster): QueueOptions => ({
  connection: cluster.server.url,
  largestThroughQueue: 1024 * 1024,
});
for (const [what, fn, args, message] of tooLarge)
  test(`refuses ${what} that are too large for the queue`, async ({ cluster }) => {
    const executor = new QueueExecutor(limited(cluster));
    try {
      const state = await stateOf(executor, fn, args as never);
      assert.is(state.type, "Failed");
      assert.ok(state.message!.startsWith(message), state.message!);
      assert.match(state.message!, "; give QueueExecutor and the workers a shelf");
    } finally {
      await executor.close();
    }
  });
test.run();
