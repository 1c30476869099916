import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  backoff,
  CompressedSerializer,
  context,
  dumpState,
  flow,
  JSONSerializer,
  LocalExecutor,
  loadState,
  Mapped,
  Pending,
  parameter,
  type State,
  Success,
  signals,
  task,
} from "../../src/index.js";
import { Notebook, typesOf } from "./notebook.js";

const test = suite<{ notebook: Notebook }>("second runs");
test.before.each(async (world) => {
  await Notebook.openFor(world);
});
test.after.each((world) => world.notebook.close());

/** What a resume by id takes as parameters → what the paused task pays. */
const RESUMED: readonly [what: string, given: { amount?: number } | undefined, paid: number][] = [
  ["without parameters takes those of the run", undefined, 22],
  ["with parameters takes these instead", { amount: 4 }, 8],
];
for (const [what, parameters, paid] of RESUMED)
  test(`resume() ${what}`, async ({ notebook }) => {
    const calls: string[] = [];
    const double = task("double", (amount: number) => {
      calls.push("double");
      return amount * 2;
    });
    const pay = task("pay", (amount: number) => {
      if (!context().resumed) throw signals.pause("Wait for Ada");
      return amount;
    });
    const make = () => flow("order", () => ({ paid: pay(double(parameter("amount", { default: 1 }))) }));
    const first = await notebook.cell("1", () => make().run({ parameters: { amount: 11 } }));
    assert.is(first.type, "Paused");
    const [run] = await notebook.runs();
    const order = make();
    const state = await notebook.cell("2", () => order.resume(run!.id, "pay", parameters ? { parameters } : {}));
    assert.is(state.value(order.calls.paid), paid);
    assert.is(calls.length, parameters ? 2 : 1);
  });

test("run() refuses the id of another flow's run and names both flows", async ({ notebook }) => {
  const one = task("one", () => 1);
  await flow("first", () => one()).run();
  const [run] = await notebook.runs();
  try {
    await flow("second", () => one()).run({ resume: run!.id });
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /"first".*"second"|"second".*"first"/s);
  }
});

test("runs of one execution are runs of their own, and a later execution resumes the one that failed", async ({
  notebook,
}) => {
  const called: string[] = [];
  let isBroken = true;
  const load = task("load", (p: number) => {
    called.push(`load ${p}`);
    return p;
  });
  const check = task("check", (p: number) => {
    if (p === 2 && isBroken) throw new Error("2 is broken");
    return p;
  });
  const etl = flow("etl", () => check(load(parameter<number>("p"))));
  const all = async () => {
    const types: string[] = [];
    for (const p of [1, 2, 3]) types.push((await etl.run({ parameters: { p } })).type);
    return types;
  };
  assert.equal(await notebook.cell("c", all), ["Success", "Failed", "Success"]);
  const [, failed] = (await notebook.runs()).sort((a, b) => Number(a.parameters.p) - Number(b.parameters.p));
  assert.is((await notebook.runs()).length, 3);
  called.length = 0;
  isBroken = false;
  assert.equal(await notebook.cell("c", all), ["Success", "Success", "Success"]);
  assert.equal(called, ["load 1", "load 3"]); // of 2 the loading was kept
  const attempts = await notebook.opened.attempts(failed!.id);
  assert.equal(
    attempts.map(({ state }) => state.type),
    ["Failed", "Success"],
  );
});

test("three runs at once share no record", async ({ notebook }) => {
  const wait = task("wait", async (p: number) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return p;
  });
  const etl = flow("at once", () => ({ x: wait(parameter<number>("p")) }));
  const states = await notebook.cell("c", () => Promise.all([1, 2, 3].map((p) => etl.run({ parameters: { p } }))));
  assert.equal(
    states.map((state) => state.value(etl.calls.x)),
    [1, 2, 3],
  );
  assert.is(new Set((await notebook.runs()).map(({ id }) => id)).size, 3);
});

test("a loop that waits continues at its round, with what the round before gave", async ({ notebook }) => {
  const rounds: string[] = [];
  const make = () =>
    flow("loop", () => ({
      x: task("x", () => {
        const { loopCount, loopResult } = context();
        rounds.push(`${loopCount}:${JSON.stringify(loopResult)}`);
        if (loopCount < 3) throw signals.loop({ at: loopCount });
        if (rounds.filter((each) => each.startsWith("3")).length === 1) throw signals.retry({ in: "50ms" });
        return loopCount;
      })(),
    }));
  const first = await notebook.cell("c", () => make().run({ maxWait: 0 }));
  assert.is(first.type, "Running");
  await new Promise((resolve) => setTimeout(resolve, 80));
  const built = make();
  const state = await notebook.cell("c", () => built.run());
  assert.is(state.value(built.calls.x), 3);
  assert.equal(rounds, ["1:undefined", '2:{"at":1}', '3:{"at":2}', '3:{"at":2}']);
});

/** Where A's call is in what B is given. */
const PLACES: readonly [where: string, given: (a: never) => unknown][] = [
  ["as an argument", (a) => a],
  ["in an object", (a) => ({ total: a })],
  ["in an array", (a) => [a]],
  ["deep", (a) => ({ list: [1, { a }] })],
];
for (const [where, given] of PLACES)
  test(`B that waits carries A's result by A's serializer: ${where}`, async ({ notebook }) => {
    let isBroken = true;
    let reads = 0;
    class Counted extends JSONSerializer {
      override serialize(value: unknown) {
        reads += 1;
        return super.serialize(value);
      }
    }
    const serializer = new CompressedSerializer({ inner: new Counted() as never });
    const make = () => {
      const a = task("a", () => [1, 2, 3], { serializer });
      const b = task("b", (of: unknown) => {
        if (isBroken) throw signals.retry({ in: "1ms" });
        return JSON.stringify(of);
      });
      return flow("carried", () => ({ b: b(given(a() as never)) }));
    };
    const state = await notebook.cell("c", () => make().run({ maxWait: 0 }));
    const waiting = state.task("b") as State;
    assert.is(waiting.type, "Retrying");
    assert.is(reads, 1); // A's result was serialized once, when it was stored
    const wire = JSON.stringify(await dumpState(waiting));
    assert.match(wire, /"type":"compressed"/);
    isBroken = false;
    await new Promise((resolve) => setTimeout(resolve, 5));
    const built = make();
    const value = (await notebook.cell("c", () => built.run())).value(built.calls.b);
    assert.is(value, JSON.stringify(given([1, 2, 3] as never)));
    assert.ok(loadState(JSON.parse(wire)).isRetrying());
  });

test("a map's child that waits carries the list it is of", async ({ notebook }) => {
  const list = task("list", () => ["x", "y"], { serializer: new CompressedSerializer() });
  const b = task("b", (_: string) => {
    throw signals.retry({ in: "1h" });
  });
  const state = await notebook.cell("c", () => flow("m", () => ({ b: b.map(list()) })).run());
  const children = (await notebook.runs())[0]!.tasks.filter(({ mapIndex }) => mapIndex !== null);
  assert.is(children.length, 2);
  assert.ok(state.type === "Running");
});

test("of a given Mapped the finished children are kept and the others run", async () => {
  const called: number[] = [];
  const double = task("double", (n: number) => {
    called.push(n);
    return n * 2;
  });
  const sum = task("sum", (all: number[]) => all.reduce((a, b) => a + b, 0));
  const built = flow("mapped", () => {
    const doubled = double.map([1, 2, 3]);
    return { doubled, sum: sum(doubled) };
  });
  const mapStates = [new Success({ result: 20 }), new Pending(), new Success({ result: 60 })];
  const state = await built.run({ taskStates: { double: new Mapped({ mapStates }) } });
  assert.equal([state.value(built.calls.sum), called], [84, [2]]);
});

test("an executor that gives shipped states keeps the task's error and its retries", async () => {
  let calls = 0;
  class Shipping extends LocalExecutor {
    override async submit(...asked: Parameters<LocalExecutor["submit"]>) {
      return loadState(JSON.parse(JSON.stringify(await dumpState(await super.submit(...asked)))));
    }
  }
  const flaky = task(
    "flaky",
    () => {
      calls += 1;
      if (calls < 3) throw new RangeError(`no ${calls}`);
      return calls;
    },
    { maxRetries: 1, retryDelay: 1 },
  );
  const make = () => flow("shipped", () => ({ x: flaky() }));
  const failed = await make().run({ executor: new Shipping() });
  assert.throws(
    () => failed.value("flaky"),
    (error: Error) => error.name === "RangeError" && error.message === "no 2",
  );
  const built = make();
  assert.is((await built.run({ executor: new Shipping() })).value(built.calls.x), 3);
});

test("plan() says what run() then does, and calls nothing", async ({ notebook }) => {
  const called: string[] = [];
  let isBroken = true;
  const note = <T>(name: string, value: T): T => {
    called.push(name);
    return value;
  };
  const a = task("a", () => note("a", [1, 2, 3]));
  const b = task("b", (n: number) => {
    if (isBroken && n === 2) throw new Error("no");
    return note(`b${n}`, n);
  });
  const c = task("c", (all: number[]) => note("c", all.length));
  const make = () => flow("planned", () => ({ c: c(b.map(a())) }));
  const fresh = await make().plan();
  assert.equal([fresh.resumes, fresh.summary], [null, "will run 3"]);
  await notebook.cell("c", () => make().run());
  called.length = 0;
  isBroken = false;
  const plan = await notebook.cell("c", () => make().plan());
  assert.equal(called, []);
  assert.equal(
    plan.calls.map(({ name, action }) => `${name} ${action}`),
    ["a reuse", "b run", "c run"],
  );
  assert.equal(plan.calls[1]!.children, { run: 1, reuse: 2, hit: 0 });
  assert.is(plan.summary, "will run 2, keeps 3");
  await notebook.cell("c", () => make().run());
  assert.equal(called, ["b2", "c"]);
  assert.equal(typesOf((await notebook.runs())[0]!).c, "Success");
});

test("limits hold tasks by tag, and let the others run", async () => {
  let [under, most] = [0, 0];
  const call = task(
    "call",
    async (n: number) => {
      under += 1;
      most = Math.max(most, under);
      await new Promise((resolve) => setTimeout(resolve, 3));
      under -= 1;
      return n;
    },
    { tags: ["api"] },
  );
  const built = flow("limited", () => ({ all: call.map(Array.from({ length: 20 }, (_, n) => n)) }), {
    limits: { api: { concurrency: 2 } },
  });
  const state = await built.run();
  assert.equal([state.value(built.calls.all).length, most], [20, 2]);
});

test("backoff() grows up to its cap", () => {
  const delays = backoff({ from: 100, factor: 3, upTo: 1000 });
  assert.equal([1, 2, 3, 4].map(delays), [100, 300, 900, 1000]);
  assert.throws(() => backoff({ factor: 0 }), /factor is 0/);
});

test("context().taskName is the call's name", async () => {
  const name = task("name", () => context().taskName);
  const built = flow("named", () => ({ one: name(), two: name() }));
  const state = await built.run();
  assert.equal([state.value(built.calls.one), state.value(built.calls.two)], ["name", "name-2"]);
});

test.run();
