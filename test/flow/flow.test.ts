import { test } from "uvu";
import * as assert from "uvu/assert";
import { flow, parameter, type TaskCall, task, unmapped } from "../../src/index.js";

const one = task("one", () => 1);
const add = task("add", (a: number, b: number) => a + b);
const sum = task("sum", (all: readonly number[]) => all.reduce((total, each) => total + each, 0));

const message = (body: () => unknown): string => {
  try {
    body();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("It did not throw");
};

test("flow() names calls once each", () => {
  const built = flow("f", () => [one(), one(), add(1, 2), one()]);
  assert.equal(
    built.calls.map((call) => call.name),
    ["one", "one-2", "add", "one-3"],
  );
});

test("flow() gives an unused name when a task is called like a counted one", () => {
  const second = task("one-2", () => 2);
  const built = flow("f", () => [second(), one(), one()]);
  assert.is(new Set(built.calls.map((call) => call.name)).size, 3);
});

test("flow() keys inputs by the function's parameter names", () => {
  const built = flow("f", () => add(one(), 2));
  assert.equal(
    built.calls.inputs.map((input) => input.name),
    ["a", "b"],
  );
});

test("flow() finds calls nested in arrays and plain objects", () => {
  const pick = task("pick", (of: { list: number[]; deep: { value: number } }) => of.deep.value);
  const built = flow("f", () => {
    const a = one();
    const b = one();
    return { a, b, picked: pick({ list: [a, 2], deep: { value: b } }) };
  });
  assert.equal([...built.calls.picked.upstream], [built.calls.a, built.calls.b]);
});

test("flow() hands plain data over as it is, cycles included", async () => {
  const data: { self?: unknown } = {};
  data.self = data;
  const same = task("same", (given: unknown) => given);
  const built = flow("f", () => ({ given: same(data) }));
  const state = await built.run({ store: "none" });
  assert.is(state.result.get(built.calls.given).result, data);
});

test("flow() refuses an async body", () => {
  assert.match(
    message(() => flow("f", async () => one())),
    'Cannot build flow "f": its body is async',
  );
  assert.match(
    message(() => flow("f", () => Promise.resolve())),
    'Cannot build flow "f": its body is async',
  );
});

test("flow() refuses calls that wait for each other, naming them", () => {
  const told = message(() =>
    flow("f", () => {
      const a = one();
      const b = add(a, 1);
      a.after(b);
    }),
  );
  assert.match(told, /"one".*→.*"add"|"add".*→.*"one"/);
});

test("flow() refuses a call of another flow, naming both", () => {
  const other = flow("other", () => ({ a: one() }));
  const told = message(() => flow("f", () => add(other.calls.a, 1)));
  assert.match(told, '"add"');
  assert.match(told, '"one"');
  assert.match(told, '"other"');
});

test("flow() refuses a call that was made outside, naming both", () => {
  const outside = one();
  const told = message(() => flow("f", () => add(outside, 1)));
  assert.match(told, '"add"');
  assert.match(told, '"one"');
});

test("flow() refuses two parameters of one name", () => {
  const told = message(() => flow("f", () => add(parameter<number>("n"), parameter<number>("n"))));
  assert.match(told, 'two parameters are named "n"');
});

test("after() refuses a flow that is built", () => {
  const built = flow("f", () => ({ a: one(), b: one() }));
  assert.match(
    message(() => built.calls.a.after(built.calls.b)),
    "is built already",
  );
});

test("map() refuses arguments that are no lists", () => {
  assert.match(
    message(() => flow("f", () => add.map(unmapped(1), unmapped(2)))),
    "no argument is a list",
  );
  assert.match(
    message(() => flow("f", () => add.map([1], 2 as never))),
    '"b"',
  );
});

test("unmapped() is refused outside map()", () => {
  assert.match(
    message(() => flow("f", () => add(unmapped(1) as never, 2))),
    "unmapped()",
  );
});

test("await refuses a call of a flow, saying what to do", async () => {
  const built = flow("f", () => ({ a: one() }));
  try {
    await built.calls.a;
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, "run the flow");
  }
});

test("task() refuses options that make no sense, naming them", () => {
  for (const [options, name] of [
    [{ timeout: "soon" }, "timeout"],
    [{ retryDelay: ["1s", "never"] }, "retryDelay"],
    [{ maxRetries: -1 }, "maxRetries"],
    [{ maxRetries: 1.5 }, "maxRetries"],
    [{ jitter: 2 }, "jitter"],
    [{ cacheFor: "x" }, "cacheFor"],
  ] as const)
    assert.match(
      message(() => task("t", () => 1, options as never)),
      name,
    );
});

test("run() of a task calls its function, without a flow", () => {
  assert.is(add.run(2, 3), 5);
});

test("flow() orders 10 000 calls in a chain", () => {
  const built = flow("chain", () => {
    let last: TaskCall<number> = one();
    for (let index = 0; index < 10_000; index += 1) last = add(last, index);
    return last;
  });
  assert.is(built.graph.calls.length, 10_001);
  assert.is(built.graph.calls.at(-1), built.calls);
});

test("flow() puts a call behind a later one that it is told to wait for", () => {
  const built = flow("f", () => {
    const a = one();
    const b = sum([]);
    a.after(b);
    return { a, b };
  });
  assert.equal(built.graph.calls, [built.calls.b, built.calls.a]);
});

test.run();
