import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  context,
  flow,
  Pending,
  parameter,
  Result,
  Retrying,
  type State,
  Success,
  signals,
  type TaskCall,
  task,
  triggers,
} from "../../src/index.js";

const memory = { store: "none", maxWait: 0 } as const;
const one = task("one", () => 1);
const fails = task("fails", (): number => {
  throw new RangeError("no");
});

/** The state of one task in a flow of its own. */
async function stateOf(call: () => TaskCall): Promise<State> {
  const built = flow("f", () => ({ call: call() }));
  const state = await built.run(memory);
  return state.result.get(built.calls.call);
}

test("run() gives Success with exact words", async () => {
  const state = await flow("f", () => one()).run(memory);
  assert.is(state.type, "Success");
  assert.is(state.message, "All reference tasks succeeded.");
});

test("run() gives Failed with exact words, and does not throw", async () => {
  const built = flow("f", () => ({ bad: fails() }));
  const state = await built.run(memory);
  assert.is(state.type, "Failed");
  assert.is(state.message, "Some reference tasks failed.");
  const error = state.result.get(built.calls.bad).result as unknown as RangeError;
  assert.instance(error, RangeError);
});

test("run() asks the reference tasks where they are named", async () => {
  const built = flow("f", () => ({ good: one(), bad: fails() }), { referenceTasks: ({ good }) => [good] });
  assert.is((await built.run(memory)).type, "Success");
});

test("a flow waits for a paused reference task, whatever what comes behind it was given to be", async () => {
  const waits = task("waits", () => {
    throw signals.pause();
  });
  const behind = task("behind", (_: unknown) => 1);
  const built = flow(
    "g",
    () => {
      const first = waits();
      return { first, second: behind(first) };
    },
    { referenceTasks: ({ first }) => [first] },
  );
  const taskStates = { behind: new Success<unknown>({ result: 2 }) };
  assert.is((await built.run({ store: "none", taskStates })).type, "Paused");
});

test("run() lets a cleanup behind a failure succeed", async () => {
  const cleanup = task("cleanup", () => "clean", { trigger: triggers.anyFailed });
  const built = flow("f", () => {
    const bad = fails();
    const after = cleanup().after(bad);
    return { bad, after };
  });
  const state = await built.run(memory);
  assert.is(state.type, "Success");
  assert.is(state.result.get(built.calls.after).result, "clean");
});

test("a task behind a failed one is TriggerFailed, and not retried", async () => {
  let ran = 0;
  const next = task("next", (_: number) => ++ran, { maxRetries: 3 });
  const built = flow("f", () => next(fails()));
  const state = await built.run(memory);
  assert.is(state.task("next").type, "TriggerFailed");
  assert.match(state.task("next").message!, '"fails" is Failed');
  assert.is(ran, 0);
});

test("falsy values stay what they are", async () => {
  for (const value of [0, "", false, null, undefined, Number.NaN]) {
    const state = await stateOf(task("t", () => value));
    assert.is(state.type, "Success");
    assert.ok(Object.is(state.result, value));
  }
});

test("signals.skip skips what follows, unless it says otherwise", async () => {
  const skips = task("skips", (): number => {
    throw signals.skip("nothing new");
  });
  const next = task("next", (value: number | undefined) => String(value));
  const stubborn = task("stubborn", (value: number | undefined) => String(value), { skipOnUpstreamSkip: false });
  const built = flow("f", () => {
    const skipped = skips();
    return { skipped, next: next(skipped), stubborn: stubborn(skipped) };
  });
  const state = await built.run(memory);
  assert.is(state.result.get(built.calls.skipped).type, "Skipped");
  assert.is(state.result.get(built.calls.next).type, "Skipped");
  assert.is(state.result.get(built.calls.stubborn).result, "undefined");
});

for (const [signal, type] of [
  [signals.fail("no"), "Failed"],
  [signals.success(5), "Success"],
  [signals.pause("look first"), "Paused"],
  [signals.triggerFail("no"), "TriggerFailed"],
  [signals.retry({ in: "1h" }), "Retrying"],
] as const)
  test(`signals.${signal.kind} ends in ${type}`, async () => {
    const state = await stateOf(
      task("t", () => {
        throw signal;
      }),
    );
    assert.is(state.type, type);
  });

test("a signal that asks to wait is one state, with the inputs to go on with", async () => {
  const seen: string[] = [];
  const waits = task(
    "waits",
    (value: number): number => {
      throw signals.retry({ in: `${value}h` });
    },
    { stateHandlers: [(_task, _before, after) => void seen.push(after.type)] },
  );
  const built = flow("f", () => ({ waits: waits(1) }));
  const state = (await built.run(memory)).result.get(built.calls.waits);
  assert.equal(seen, ["Running", "Retrying"]);
  assert.is(state.cachedInputs.value?.value, 1);
});

test("signals.loop runs again with the value, until it does not", async () => {
  const rounds: unknown[] = [];
  const loops = task("loops", () => {
    const { loopCount, loopResult } = context();
    rounds.push([loopCount, loopResult]);
    if (loopCount < 3) throw signals.loop(loopCount * 10);
    return "done";
  });
  assert.is((await stateOf(loops)).result, "done");
  assert.equal(rounds, [
    [1, undefined],
    [2, 10],
    [3, 20],
  ]);
});

test("a timeout ends in TimedOut and aborts the task's signal", async () => {
  let aborted = false;
  const slow = task(
    "slow",
    () =>
      new Promise(() => {
        context().signal.addEventListener("abort", () => {
          aborted = true;
        });
      }),
    { timeout: 5 },
  );
  assert.is((await stateOf(slow)).type, "TimedOut");
  assert.ok(aborted);
});

test("retries: as many as said, with the delays said, then Failed", async () => {
  const counts: number[] = [];
  const flaky = task(
    "flaky",
    () => {
      counts.push(context().taskRunCount);
      throw new Error("again");
    },
    { retryDelay: ["1ms", "2ms"] },
  );
  const built = flow("f", () => flaky());
  const seen: string[] = [];
  const state = await built.run({
    store: "none",
    onState: (each, call) => void (call && seen.push(each.type)),
  });
  assert.equal(counts, [1, 2, 3]);
  assert.is(state.task("flaky").type, "Failed");
  assert.equal(seen, ["Running", "Failed", "Retrying", "Running", "Failed", "Retrying", "Running", "Failed"]);
});

test("retryIf decides by the error", async () => {
  let ran = 0;
  const picky = task(
    "picky",
    () => {
      ran += 1;
      throw new TypeError("no");
    },
    { maxRetries: 5, retryIf: (error) => !(error instanceof TypeError) },
  );
  await stateOf(picky);
  assert.is(ran, 1);
});

test("a Retrying carries exactly its inputs, upstream's in the very same Result", async () => {
  const flaky = task(
    "flaky",
    (_: number, __: string) => {
      throw new Error("away");
    },
    { maxRetries: 1, retryDelay: "1h" },
  );
  const built = flow("f", () => {
    const first = one();
    return { first, flaky: flaky(first, "text") };
  });
  const state = await built.run(memory);
  const waiting = state.result.get(built.calls.flaky);
  assert.is(state.type, "Running");
  assert.instance(waiting, Retrying);
  assert.equal(Object.keys(waiting.cachedInputs), ["_", "__"]);
  assert.is(waiting.cachedInputs._, state.result.get(built.calls.first)._result);
  assert.is(waiting.cachedInputs.__!.value, "text");
});

test("cached inputs fill only what upstream has no result for", async () => {
  const pair = task("pair", (a: number | undefined, b: number) => [a, b]);
  const nothing = task("nothing", (): number => 1);
  const built = flow("f", () => {
    const a = nothing();
    const b = one();
    return { a, b, pair: pair(a, b) };
  });
  const cachedInputs = { a: new Result({ value: 7 }), b: new Result({ value: 8 }) };
  const taskStates = new Map<TaskCall, State>([
    [built.calls.a, new Success<unknown>({})],
    [built.calls.pair, new Pending<unknown>({ cachedInputs })],
  ]);
  const state = await built.run({ ...memory, taskStates });
  assert.equal(state.result.get(built.calls.pair).result, [7, 1]);
});

test("a given finished state is kept and not run again", async () => {
  let ran = 0;
  const counts = task("counts", () => {
    ran += 1;
  });
  const built = flow("f", () => ({ a: counts() }));
  const given = new Success<unknown>({ result: 5 });
  const state = await built.run({ ...memory, taskStates: { counts: given as State } });
  assert.is(state.result.get(built.calls.a), given);
  assert.is(ran, 0);
});

test("state handlers run on a change only, may replace the state, and their error fails the task", async () => {
  const seen: string[] = [];
  const watched = task("watched", () => 1, {
    stateHandlers: [
      (_, before, after) => {
        seen.push(`${before.type} → ${after.type}`);
        return after.isSuccessful() ? new Success<unknown>({ result: 2 }) : undefined;
      },
    ],
  });
  assert.is((await stateOf(watched)).result, 2);
  assert.equal(seen, ["Pending → Running", "Running → Success"]);
  const broken = task("broken", () => 1, {
    stateHandlers: [
      () => {
        throw new Error("handler broke");
      },
    ],
  });
  const state = await stateOf(broken);
  assert.is(state.type, "Failed");
  assert.match(state.message!, "handler broke");
});

test("onFailure is told of the last failure only", async () => {
  const told: string[] = [];
  const flaky = task(
    "flaky",
    () => {
      throw new Error("no");
    },
    { maxRetries: 1, onFailure: (of, state) => void told.push(`${of.name} ${state.type}`) },
  );
  await flow("f", () => flaky()).run({ store: "none" });
  assert.equal(told, ["flaky Failed"]);
});

test("tasks run side by side, up to the executor's limit", async () => {
  let now = 0;
  let most = 0;
  const busy = task("busy", async (_: number) => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
  });
  const { LocalExecutor } = await import("../../src/index.js");
  const items = Array.from({ length: 20 }, (_, index) => index);
  await flow("f", () => busy.map(items)).run({ store: "none", executor: new LocalExecutor({ concurrency: 4 }) });
  assert.is(most, 4);
});

test("a wide flow runs to its end", async () => {
  const items = Array.from({ length: 5000 }, (_, index) => index);
  const inc = task("inc", (n: number) => n + 1);
  const built = flow("wide", () => ({ direct: items.map((item) => inc(item)), mapped: inc.map(items) }));
  const state = await built.run(memory);
  assert.is(state.type, "Success");
  assert.is(state.value(built.calls.mapped).at(-1), 5000);
});

test("parameters: default, given, validated, missing, unknown", async () => {
  const positive = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value: unknown) =>
        typeof value === "number" && value > 0 ? { value: value * 2 } : { issues: [{ message: "not positive" }] },
    },
  } as const;
  const echo = task("echo", (n: number) => [n, context().parameters.n]);
  const withDefault = flow("f", () => ({ echo: echo(parameter("n", { default: 1 })) }));
  assert.equal((await withDefault.run(memory)).task("echo").result, [1, 1]);
  assert.equal((await withDefault.run({ ...memory, parameters: { n: 5 } })).task("echo").result, [5, 5]);
  const checked = flow("f", () => echo(parameter<number>("n", { schema: positive })));
  assert.equal((await checked.run({ ...memory, parameters: { n: 4 } })).task("echo").result, [8, 8]);
  for (const [parameters, told] of [
    [{}, '"n" is missing'],
    [{ n: -1 }, '"n" is invalid: not positive'],
    [{ n: 1, x: 1 }, 'unknown parameter "x"'],
  ] as const)
    try {
      await checked.run({ ...memory, parameters });
      assert.unreachable();
    } catch (error) {
      assert.instance(error, TypeError);
      assert.match((error as Error).message, told);
    }
});

test("run({ signal }) ends a task that never settles: Cancelled, and the state is given", async () => {
  const controller = new AbortController();
  const hangs = task("hangs", () => {
    setImmediate(() => controller.abort());
    return new Promise<number>(() => {});
  });
  const built = flow("f", () => {
    const first = hangs();
    return { first, next: task("next", (n: number) => n)(first) };
  });
  const state = await built.run({ ...memory, signal: controller.signal });
  assert.is(state.type, "Cancelled");
  assert.is(state.result.get(built.calls.first).type, "Cancelled");
  assert.is(state.result.get(built.calls.next).type, "Pending");
});

test.run();
