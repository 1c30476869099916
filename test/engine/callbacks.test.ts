import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type Executor,
  Failed,
  type Flow,
  flow,
  LocalExecutor,
  merge,
  Paused,
  type ResultSerializer,
  type RunOptions,
  type State,
  Success,
  signals,
  type TaskOptions,
  task,
  when,
} from "../../src/index.js";
import { Notebook } from "./notebook.js";

const test = suite<{ notebook: Notebook }>("callbacks");
test.before.each(async (world) => {
  world.notebook = await Notebook.open();
});
test.after.each((world) => world.notebook.close());

const never = new Promise<never>(() => {});
const bad = (): never => {
  throw new TypeError("bad callback");
};
const rejected = async (): Promise<never> => bad();

/** Runs a flow of one task that succeeds; whatever its callbacks do, the run ends. */
async function end(options: TaskOptions, run: RunOptions = {}, body: () => unknown = () => 1): Promise<State> {
  const state = await flow("called", () => ({ a: task("a", body, options)() })).run(run);
  return state.task("a") as State;
}

const fails = () => {
  throw new Error("the task's own");
};

/** What a callback does → how the task ends, and what its message says. */
const ENDS: readonly [what: string, options: TaskOptions, type: string, says: RegExp, body?: () => unknown][] = [
  ["a handler that throws", { stateHandlers: [bad] }, "Failed", /state handler of task "a".*bad callback/],
  ["a handler that rejects", { stateHandlers: [rejected] }, "Failed", /state handler of task "a".*bad callback/],
  ["a handler that gives 5", { stateHandlers: [(() => 5) as never] }, "Failed", /state handler of task "a".*not 5/],
  ["a handler that gives true", { stateHandlers: [(() => true) as never] }, "Failed", /not true/],
  [
    "a handler that gives an object",
    { stateHandlers: [(() => ({ type: "Success" })) as never] },
    "Failed",
    /State or nothing/,
  ],
  ["a handler that never settles", { stateHandlers: [() => never], timeout: 30 }, "Failed", /did not settle within 30/],
  [
    "a handler that throws a signal",
    {
      stateHandlers: [
        () => {
          throw signals.skip("not today");
        },
      ],
    },
    "Skipped",
    /not today/,
  ],
  ["a trigger that throws", { trigger: bad }, "TriggerFailed", /trigger.*task "a".*bad callback/],
  ["a trigger that gives undefined", { trigger: (() => undefined) as never }, "TriggerFailed", /true, false/],
  ["a trigger that is async", { trigger: (async () => true) as never }, "TriggerFailed", /not a promise/],
  ["a trigger that rejects", { trigger: rejected as never }, "TriggerFailed", /not a promise/],
  [
    "a trigger that throws a signal",
    {
      trigger: () => {
        throw signals.success(7);
      },
    },
    "Success",
    /^$/,
  ],
  ["retryIf that throws", { maxRetries: 1, retryIf: bad }, "Failed", /retryIf of task "a".*the task's own/, fails],
  ["retryIf that is async", { maxRetries: 1, retryIf: rejected as never }, "Failed", /retryIf.*not a promise/, fails],
  ["retryIf that gives text", { maxRetries: 1, retryIf: (() => "no") as never }, "Failed", /retryIf.*"no"/, fails],
  ["retryDelay that throws", { maxRetries: 1, retryDelay: bad }, "Failed", /retryDelay of task "a"/, fails],
  ["retryDelay that gives NaN", { maxRetries: 1, retryDelay: () => Number.NaN }, "Failed", /not NaN/, fails],
  ["retryDelay that rejects", { maxRetries: 1, retryDelay: rejected as never }, "Failed", /not a promise/, fails],
  ["onFailure that throws", { onFailure: bad }, "Failed", /the task's own/, fails],
  ["onFailure that never settles", { onFailure: () => never, timeout: 30 }, "Failed", /the task's own/, fails],
  ["a signal that is returned", {}, "Skipped", /later/, () => signals.skip("later")],
];
for (const [what, options, type, says, body] of ENDS)
  test(`TaskRunner.run() ends with ${what} in words`, async () => {
    const state = await end(options, {}, body);
    assert.is(state.type, type, state.message ?? "");
    assert.match(state.message ?? "", says);
  });

const REPLACED: readonly [what: string, handler: () => State, type: string][] = [
  ["Success", () => new Success({ result: 9 }), "Success"],
  ["Failed", () => new Failed({ message: "no" }), "Failed"],
  ["Paused", () => new Paused({}), "Paused"],
];
for (const [what, give, type] of REPLACED)
  test(`a handler that gives ${what} at Running takes the task's turn`, async () => {
    let calls = 0;
    const state = await end({ stateHandlers: [(_, __, after) => (after.isRunning() ? give() : undefined)] }, {}, () => {
      calls += 1;
    });
    assert.equal([state.type, calls], [type, 0]);
  });

test("a handler that throws at Running ends the task uncalled", async () => {
  let calls = 0;
  const handler = (_: unknown, __: State, after: State) => {
    if (after.isRunning()) throw new Error("no entry");
  };
  const state = await end({ stateHandlers: [handler] }, {}, () => {
    calls += 1;
  });
  assert.equal([state.type, calls], ["Failed", 0]);
});

const SERIALIZERS: readonly [what: string, serialize: () => never | Promise<never>][] = [
  ["throws", bad],
  ["rejects", rejected],
  ["never settles", () => never],
];
for (const [what, serialize] of SERIALIZERS)
  test(`a result whose serializer ${what} is usable, is not stored, and is no hit`, async () => {
    const serializer: ResultSerializer = { type: `test ${what}`, serialize, deserialize: () => 0 };
    let calls = 0;
    const make = () =>
      flow("unstored", () => {
        const a = task(
          "a",
          () => {
            calls += 1;
            return 5;
          },
          { serializer, cacheFor: "1h", timeout: 50 },
        )();
        return { a, b: task("b", (n: number) => n + 1)(a) };
      });
    for (const round of [1, 2]) {
      const built = make();
      const state = await built.run({ resume: "never" });
      assert.equal([state.value(built.calls.b), calls], [6, round]);
    }
  });

test("a stop ends a run whose handler or serializer never settles", async (world) => {
  const built = flow("held", () => ({ a: task("a", () => 1, { stateHandlers: [() => never] })() }));
  const run = world.notebook.cell("1", () => built.run());
  await new Promise((resolve) => setTimeout(resolve, 50));
  world.notebook.stop();
  assert.is((await run).type, "Cancelled");
});

const OBSERVERS: readonly [what: string, onState: RunOptions["onState"]][] = [
  ["throws", bad],
  ["rejects", rejected as never],
];
for (const [what, onState] of OBSERVERS)
  test(`an onState that ${what} is said once, and the run ends`, async () => {
    const warnings: string[] = [];
    const hear = ({ message }: Error): void => void warnings.push(message);
    process.on("warning", hear);
    assert.is((await end({}, { onState })).type, "Success");
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("warning", hear);
    assert.is(warnings.filter((text) => /onState of flow "called" threw TypeError: bad callback/.test(text)).length, 1);
  });

/** An executor whose `submit` gives something else. */
const giving = (given: unknown): Executor =>
  Object.assign(new LocalExecutor(), { submit: async () => given }) as unknown as Executor;
const EXECUTORS: readonly [what: string, executor: Executor][] = [
  ["5", giving(5)],
  ["nothing", giving(undefined)],
  ["an object", giving({ type: "Success" })],
];
for (const [what, executor] of EXECUTORS)
  test(`an executor that gives ${what} fails the task in words`, async () => {
    const state = await end({}, { executor });
    assert.is(state.type, "Failed");
    assert.match(state.message ?? "", /executor for task "a": submit must give a State/);
  });

const MISUSE: readonly [what: string, run: (built: Flow<{ a: unknown }>) => Promise<unknown>, says: RegExp][] = [
  ["concurrency 0", (built) => built.run({ executor: { ...giving(0), concurrency: 0 } as never }), /concurrency 0/],
  ["no executor", (built) => built.run({ executor: {} as never }), /executor has no submit/],
  ["a state that is none", (built) => built.run({ taskStates: { a: 5 as never } }), /state given for "a".*not 5/],
  ["an unknown option", (built) => built.run({ retries: 3 } as never), /no option "retries"/],
  ["an unknown parameter", (built) => built.run({ parameters: { limt: 3 } } as never), /unknown parameter "limt"/],
];
for (const [what, run, says] of MISUSE)
  test(`run() with ${what} is refused before anything runs`, async () => {
    let calls = 0;
    const a = task("a", () => {
      calls += 1;
    });
    try {
      await run(flow("misused", () => ({ a: a() })));
      assert.unreachable();
    } catch (error) {
      assert.instance(error, TypeError);
      assert.match((error as Error).message, says);
    }
    assert.is(calls, 0);
  });

test("a reference task of another flow is refused before anything runs", async () => {
  const other = flow("other", () => ({ x: task("x", () => 1)() }));
  let calls = 0;
  const a = task("a", () => {
    calls += 1;
  });
  const built = flow("referring", () => ({ a: a() }), { referenceTasks: () => [other.calls.x] });
  try {
    await built.run();
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /"x" is of flow "other"/);
  }
  assert.is(calls, 0);
});

test("merge() of branches of which none was taken is Skipped", async () => {
  const one = task("one", () => 1);
  const built = flow("branches", () => ({ m: merge(...[false, false].map((taken) => when(taken, () => one()))) }));
  const state = await built.run();
  assert.equal([state.type, state.task("merge").type], ["Success", "Skipped"]);
});

test("a task that never awaits ends TimedOut when it took too long", async () => {
  const state = await end({ timeout: 20 }, {}, () => {
    const until = performance.now() + 60;
    while (performance.now() < until);
    return 1;
  });
  assert.is(state.type, "TimedOut");
});

test("a call inside a Map or Set is refused where it is written", () => {
  const a = task("a", () => 1);
  const b = task("b", (given: unknown) => given);
  for (const make of [(call: unknown) => new Map([["a", call]]), (call: unknown) => new Set([call])])
    assert.throws(() => flow("hidden", () => b(make(a()))), /Cannot take call "a" inside a (Map|Set)/);
});

const OPTIONS: readonly [given: object, meant: string][] = [
  [{ retries: 3 }, "maxRetries"],
  [{ retry_delay_seconds: 3 }, "retryDelay"],
  [{ cacheExpiration: "1h" }, "cacheFor"],
  [{ timout: "5s" }, "timeout"],
  [{ maxretries: 1 }, "maxRetries"],
];
for (const [given, meant] of OPTIONS)
  test(`task() refuses ${Object.keys(given)[0]} and says ${meant}`, () => {
    assert.throws(() => task("a", () => 1, given as TaskOptions), new RegExp(`did you mean "${meant}"`));
  });

test.run();
