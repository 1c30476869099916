import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { threadId } from "node:worker_threads";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  context,
  flow,
  noteSource,
  type State,
  Success,
  signals,
  type Task,
  type TaskOptions,
  ThreadExecutor,
  task,
} from "../../src/index.js";
import { Notebook } from "./notebook.js";

/** A notebook whose imports are found in its folder. */
const importsFrom = (notebook: Notebook, folder: string): void =>
  void Object.assign(notebook, { importFolder: () => folder });

interface World {
  notebook: Notebook;
  executor: ThreadExecutor;
}
const test = suite<World>("ThreadExecutor");
test.before(async (world) => {
  world.notebook = await Notebook.open();
  world.executor = new ThreadExecutor({ workers: 2 });
});
test.after(async ({ notebook, executor }) => {
  await executor.close();
  await notebook.close();
});

/** The state that one call comes to in a thread. */
async function stateOf<A extends unknown[], R>(
  executor: ThreadExecutor,
  fn: (...args: A) => R,
  ...args: NoInfer<A>
): Promise<State> {
  const work = task("work", fn);
  const built = flow("f", () => ({ work: work(...(args as never)) }));
  const state = await built.run({ executor, resume: "never" });
  return state.result.get(built.calls.work as never) as State;
}
async function errorOf(...[executor, fn, ...args]: Parameters<typeof stateOf>): Promise<Error> {
  const state = await stateOf(executor, fn, ...args);
  assert.is(state.type, "Failed", state.message ?? "");
  return state.result as Error;
}

test("a task that computes leaves the event loop free", async ({ executor }) => {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  // It spins until this thread has seen it begin and answered: where both are one thread, it never ends.
  const spin = (cells: Int32Array) => {
    Atomics.store(cells, 0, 1);
    while (Atomics.load(cells, 1) === 0);
    return "answered";
  };
  const ended = stateOf(executor, spin, shared);
  let turns = 0;
  while (Atomics.load(shared, 0) === 0) await nextTurn();
  for (; turns < 100; turns += 1) await nextTurn();
  Atomics.store(shared, 1, 1);
  assert.is((await ended).result, "answered");
  assert.is(turns, 100);
});

test("map runs side by side, each child in a thread", async ({ executor }) => {
  const shared = new Int32Array(new SharedArrayBuffer(4));
  // Each waits for the other: one after another would never end.
  const meet = task("meet", async (n: number, cells: { at: Int32Array }) => {
    const { threadId } = await import("node:worker_threads");
    Atomics.add(cells.at, 0, 1);
    while (Atomics.load(cells.at, 0) < 2);
    return [n * n, threadId];
  });
  const built = flow("f", () => ({ met: meet.map([3, 4], [{ at: shared }, { at: shared }]) }));
  const state = (await built.run({ executor })).result.get(built.calls.met);
  const [[nine, one], [sixteen, other]] = state.result as [[number, number], [number, number]];
  assert.equal([nine, sixteen], [9, 16]);
  assert.is(new Set([one, other, threadId]).size, 3);
});

const lossless: readonly (readonly [what: string, value: unknown])[] = [
  ["plain objects", { a: [1, "b", null, undefined, -0, Number.NaN], when: new Date(5) }],
  ["Map, Set and bigint", new Map<unknown, unknown>([[1n, new Set([new Float64Array([1.5])])]])],
  ["Buffers in objects", { one: Buffer.from("äö"), plain: new Uint8Array([1, 2]) }],
  ["URL and RegExp", [new URL("http://a.b/c"), /x/gi]],
  ["an error with its class and cause", new RangeError("far", { cause: new Error("near") })],
];
for (const [what, value] of lossless)
  test(`gives ${what} there and back`, async ({ executor }) => {
    const { result } = await stateOf(executor, (given: unknown) => given, value);
    assert.equal(result, value);
    assert.is((result as object).constructor, (value as object).constructor);
  });
test("keeps a Buffer a Buffer in the thread", async ({ executor }) => {
  const text = (given: { bytes: Uint8Array }) => given.bytes.toString();
  assert.is((await stateOf(executor, text, { bytes: Buffer.from("text") })).result, "text");
});

test("an error comes back with its name, message, stack and cause", async ({ executor }) => {
  const error = await errorOf(executor, () => {
    const explode = () => {
      throw Object.assign(new RangeError("too far", { cause: new TypeError("deep") }), { code: "E_FAR" });
    };
    return explode();
  });
  assert.equal([error.name, error.message, error instanceof RangeError], ["RangeError", "too far", true]);
  assert.is((error as { code?: string }).code, "E_FAR");
  assert.equal([(error.cause as Error).name, (error.cause as Error).message], ["TypeError", "deep"]);
  assert.match(error.stack!, /at explode \(.+\[work\]\.ts:\d+:\d+\)/);
});
test("an error that holds what cannot cross loses just that", async ({ executor }) => {
  const error = await errorOf(executor, () => {
    throw Object.assign(new TypeError("with a function"), { retry: () => 1 });
  });
  assert.not.type((error as { retry?: unknown }).retry, "function"); // a mark is in its place
  assert.equal([error.name, error.message, "retry" in error], ["TypeError", "with a function", true]);
});
test("a result that cannot cross is an error naming the path", async ({ executor }) => {
  const error = await errorOf(executor, () => ({ rows: [{ fn: () => 1 }] }));
  assert.match(error.message, 'Cannot give the result of task "work" back from its thread');
  assert.match(error.message, "result.rows[0].fn: function");
});
test("an input that cannot cross is an error naming the path", async ({ executor }) => {
  const { message } = await errorOf(executor, (given: unknown) => given, { a: () => 1 });
  assert.match(message, /inputs\[0\]\.a cannot go along: function/);
});
test("a task that ends its thread fails, and the next one runs", async ({ executor }) => {
  assert.match((await errorOf(executor, () => process.exit(3))).message, /its thread ended/);
  const thrown = await errorOf(
    executor,
    () =>
      new Promise(() =>
        setImmediate(() => {
          throw new Error("late");
        }),
      ),
  );
  assert.match(thrown.message, /^late$/);
  assert.is((await stateOf(executor, () => 5)).result, 5);
});

/** A function as the transformation of cells and scripts leaves it. */
const noted = <F extends object>(fn: F, text: string, references = {}, imports = {}): F =>
  noteSource(fn, text, () => references, imports);
const stub = () => assert.unreachable("it ran here");

test("what functions refer to goes along: functions, classes, constants, cycles", async ({ executor }) => {
  const limits = { most: 10 };
  const isOdd: () => unknown = noted(stub, "n => n === 0 ? false : isEven(n - 1)", {});
  const isEven = noted(() => stub(), "function isEven(n) { return n === 0 ? true : isOdd(n - 1); }", { isOdd });
  noteSource(isOdd, "n => n === 0 ? false : isEven(n - 1)", () => ({ isEven }));
  class Shape {}
  noted(Shape, "class Shape { area() { return 0; } }");
  class Square extends Shape {}
  noted(Square, "class Square extends Shape { static most = limits.most; area() { return 4; } }", { Shape, limits });
  const all = noted(
    () => stub() as unknown,
    `async () => {
      limits.most += 1;
      const square = new Square();
      const { basename } = await import("node:path");
      return [isEven(4), isOdd(4), isEven.name, square.area(), square instanceof Shape, Square.most, held.limits.most,
        slash, path.sep, basename(import.meta.url), require("node:os").EOL];
    }`,
    { isEven, isOdd, Square, Shape, limits, held: { limits } },
    { slash: "node:path#sep", path: "node:path#*" },
  );
  const { result } = await stateOf(executor, all);
  assert.equal(result, [true, false, "isEven", 4, true, 10, 11, "/", "/", "%5Bwork%5D.ts", "\n"]);
  assert.is(limits.most, 10); // what a thread changes stays there
});

const socket = createServer();
const other: Task<[], number> = task("other", () => 1);
const hidden = 1;
const bound = function (this: number) {
  return this;
}.bind(1);
const refused: readonly (readonly [what: string, fn: () => unknown, pattern: RegExp])[] = [
  [
    "a socket",
    noted(() => stub(), "() => server.address()", { server: socket }),
    /"server", to which the task refers, cannot go along: instance of Server/,
  ],
  [
    "a socket inside a constant of a helper",
    noted(() => stub(), "() => help()", { help: noted(() => stub(), "() => pool", { pool: { db: [socket] } }) }),
    /"pool\.db\[0\]", to which help\(\) refers/,
  ],
  ["a closure without a note", () => hidden, /the task refers to "hidden", and no source was kept/],
  [
    "another task",
    noted(() => stub(), "() => other.run()", { other }),
    /"other", to which the task refers, is a task; call it in the flow/,
  ],
  [
    "a variable that it assigns to",
    noted(() => stub(), "() => count += 1", { count: 0 }),
    /the task assigns to "count"/,
  ],
  [
    "a bound function",
    noted(() => stub(), "() => bound()", { bound }),
    /"bound", to which the task refers, is native code or a bound function/,
  ],
  [
    "a function with properties",
    noted(() => stub(), "() => f()", { f: Object.assign(() => 1, { cache: 1 }) }),
    /properties of its own \("cache"\)/,
  ],
];
for (const [what, fn, pattern] of refused)
  test(`refuses ${what}, by name`, async ({ executor }) => {
    const { message } = await errorOf(executor, fn);
    assert.match(message, pattern);
    assert.match(message, 'Cannot run task "work" in a thread: ');
  });
test("refuses what is not defined yet", async ({ executor }) => {
  const early = noteSource(
    () => stub(),
    "() => later",
    () => {
      throw new ReferenceError("later is not defined");
    },
  );
  assert.match((await errorOf(executor, early)).message, "what the task refers to is not defined yet");
});

test("imports are found in the notebook's folder, and changed files are read again", async ({ notebook, executor }) => {
  const folder = await mkdtemp(join(tmpdir(), "cellar-thread-"));
  importsFrom(notebook, folder);
  try {
    const write = async (factor: number) => {
      await writeFile(join(folder, "factor.ts"), `export const factor: number = ${factor};\n`);
      await utimes(join(folder, "factor.ts"), factor, factor); // the clock may not have gone on
    };
    await writeFile(
      join(folder, "times.ts"),
      'import { factor } from "./factor.js";\nexport default (n: number): number => n * factor;\n',
    );
    await writeFile(join(folder, "rows.json"), '{ "rows": [2, 3] }');
    const fn = noted(
      () => stub() as unknown,
      "() => data.rows.map(times)",
      {},
      { times: "./times.ts#default", data: "./rows.json#default" },
    );
    await write(10);
    assert.equal((await stateOf(executor, fn)).result, [20, 30]);
    await write(100);
    assert.equal((await stateOf(executor, fn)).result, [200, 300]);
    const missing = noted(() => stub(), "() => gone", {}, { gone: "./gone.js#gone" });
    assert.match((await errorOf(executor, missing)).message, basename("gone.js"));
  } finally {
    Reflect.deleteProperty(notebook, "importFolder");
    await rm(folder, { recursive: true });
  }
});

/** A function of a cell that imported these names from "cellar". */
const withCellar = (text: string, ...names: string[]) =>
  noted(() => stub() as unknown, text, {}, Object.fromEntries(names.map((name) => [name, `cellar#${name}`])));

test("context() gives the run, log and progress there", async ({ notebook, executor }) => {
  const fn = withCellar(
    `() => {
      const { taskName, taskRunCount, flowName, mapIndex, scheduledStartTime, parameters, loopCount, signal, log, progress } = context();
      log("half way"); progress(0.5, "half"); log("done");
      return { taskName, taskRunCount, flowName, mapIndex, isDate: scheduledStartTime instanceof Date, parameters, loopCount, aborted: signal.aborted };
    }`,
    "context",
  );
  const state = await stateOf(executor, fn);
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
  const logs = (await notebook.opened.logs(run!.tasks[0]!.id)).map(({ text }) => text);
  assert.equal(logs, ["half way", "done"]);
  assert.throws(() => context(), /no task runs here/);
});
test("signals end a task in the state that they say", async ({ executor }) => {
  const typeOf = async (text: string) => (await stateOf(executor, withCellar(text, "signals"))).type;
  assert.is(await typeOf('() => { throw signals.skip("nothing new"); }'), "Skipped");
  assert.is(await typeOf('() => { throw signals.fail("bad"); }'), "Failed");
  const given = await stateOf(executor, withCellar("() => { throw signals.success(new Map([[1, 2]])); }", "signals"));
  assert.equal(given.result, new Map([[1, 2]]));
  assert.instance(signals.skip(), Object);
  assert.instance(given, Success);
});

/** Spins for ever once it has said that it began; a thread that is ended says no more. */
const spinForEver = (cells: Int32Array) => {
  Atomics.store(cells, 0, 1);
  for (;;) Atomics.add(cells, 1, 1);
};
/** Whether the count has come to rest: a thread that spins would go on within so many turns. */
async function comesToRest(cells: Int32Array): Promise<void> {
  for (let quiet = 0, last = -1; quiet < 50; await nextTurn()) {
    const now = Atomics.load(cells, 1);
    quiet = now === last ? quiet + 1 : 0;
    last = now;
  }
}
const cellsOf = () => new Int32Array(new SharedArrayBuffer(8));
const spinning = (executor: ThreadExecutor, cells: Int32Array, options: TaskOptions, signal?: AbortSignal) => {
  const work = task("spin", spinForEver, options);
  const built = flow("f", () => ({ work: work(cells) }));
  return built
    .run({ executor, resume: "never", ...(signal && { signal }) })
    .then((state) => state.result.get(built.calls.work));
};
test("an abort ends the task's thread", async ({ executor }) => {
  const [cells, stop] = [cellsOf(), new AbortController()];
  const ended = spinning(executor, cells, {}, stop.signal);
  while (Atomics.load(cells, 0) === 0) await nextTurn();
  stop.abort();
  assert.is((await ended)!.type, "Cancelled");
  await comesToRest(cells);
});
test("a time-out ends the task's thread", async ({ executor }) => {
  const cells = cellsOf();
  assert.is((await spinning(executor, cells, { timeout: 300 }))!.type, "TimedOut");
  await comesToRest(cells);
});

/** Stops the run of a task in a thread once that has counted up to 1 in the first cell; gives its state. */
async function stopped(executor: ThreadExecutor, fn: (cells: Int32Array) => unknown, cells: Int32Array) {
  const stop = new AbortController();
  const built = flow("f", () => ({ work: task("listens", fn)(cells) }));
  const ended = built.run({ executor, resume: "never", signal: stop.signal });
  while (Atomics.load(cells, 0) === 0) await nextTurn();
  stop.abort();
  return (await ended).result.get(built.calls.work);
}
for (const [how, body] of [
  [
    "by an event",
    "await new Promise((go) => { signal.addEventListener('abort', go); begun(cells); }); end(signal.reason);",
  ],
  ["while it computes", "begun(cells); while (!signal.aborted); end(signal.reason);"],
  ["by throwIfAborted()", "begun(cells); try { for (;;) signal.throwIfAborted(); } catch (reason) { end(reason); }"],
] as const)
  test(`a stop reaches a task that listens ${how}, which ends by itself`, async ({ notebook, executor }) => {
    const imports = { context: "cellar#context" };
    const begun = noted(() => stub(), "(cells) => { Atomics.store(cells, 0, 1); }");
    const say = '(reason) => { context().log(reason.name + ": " + reason.message); }';
    const end = noted(() => stub(), say, {}, imports);
    const text = `async (cells) => { const { signal } = context(); ${body} }`;
    const state = await stopped(
      executor,
      noted(() => stub() as unknown, text, { begun, end }, imports),
      cellsOf(),
    );
    assert.is(state.type, "Cancelled");
    const [run] = await notebook.runs();
    const logs = async () => (await notebook.opened.logs(run!.tasks[0]!.id)).map(({ text }) => text);
    for (let tries = 0; tries < 500 && (await logs()).length === 0; tries += 1) await delay(20);
    assert.equal(await logs(), ["AbortError: The run was cancelled."]);
  });
test("a task that listens and goes on all the same is ended with its thread", async ({ executor }) => {
  const cells = cellsOf();
  const text = "(cells) => { context().signal; Atomics.store(cells, 0, 1); for (;;) Atomics.add(cells, 1, 1); }";
  assert.is((await stopped(executor, withCellar(text, "context"), cells)).type, "Cancelled");
  await comesToRest(cells);
});
test("cancel() ends the attempt's thread; others go on", async () => {
  const executor = new ThreadExecutor({ workers: 1 });
  const cells = cellsOf();
  const submitted: string[] = [];
  const submit = executor.submit.bind(executor);
  executor.submit = (ref, ...rest) => {
    submitted.push(ref.taskRunId);
    return submit(ref, ...rest);
  };
  const ended = spinning(executor, cells, {});
  while (Atomics.load(cells, 0) === 0) await nextTurn();
  executor.cancel(submitted[0]!);
  assert.is((await ended)!.type, "Failed");
  await comesToRest(cells);
  assert.is((await stateOf(executor, () => 7)).result, 7);
  await executor.close();
  assert.match((await errorOf(executor, () => 7)).message, "the executor is closed");
});
test("a script ends by itself while its threads are idle, and says nothing but its own", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cellar-thread-"));
  try {
    await writeFile(join(folder, "lib.ts"), "export const step = (n: number): number => n + 1;\n");
    await writeFile(
      join(folder, "flow.ts"),
      `import { context, flow, task, ThreadExecutor } from "cellar";
      import { step } from "./lib.js";
      const twice = 2;
      function grow(n: number): number { return step(n) * twice; }
      const work = task("work", (n: number) => { context().log("at work"); return grow(n); });
      const built = flow("f", () => ({ done: work.map([1, 2, 3]) }));
      const state = await built.run({ executor: new ThreadExecutor({ workers: 2 }), store: null });
      console.log(state.result.get(built.calls.done)!.result);`,
    );
    const register = new URL("../../src/export/register.js", import.meta.url).href;
    const script = spawn(process.execPath, ["--import", register, join(folder, "flow.ts")]);
    const output: Buffer[] = [];
    script.stdout.on("data", (text) => output.push(text));
    script.stderr.resume(); // the run's tree and the tasks' lines
    await once(script, "close");
    assert.is(Buffer.concat(output).toString(), "[ 4, 6, 8 ]\n");
  } finally {
    await rm(folder, { recursive: true });
  }
});
for (const workers of [0, 1.5, Number.NaN])
  test(`refuses ${workers} workers`, () => {
    assert.throws(() => new ThreadExecutor({ workers }), /not a whole number from 1/);
  });
test.run();
