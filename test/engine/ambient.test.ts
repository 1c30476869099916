import { suite } from "uvu";
import * as assert from "uvu/assert";
import { flow, parameter, type TaskCall, task } from "../../src/index.js";
import { Notebook, typesOf } from "./notebook.js";

const test = suite<{ notebook: Notebook; ran: string[] }>("ambient");
test.before.each(async (world) => {
  world.notebook = await Notebook.open();
  world.ran = [];
});
test.after.each((world) => world.notebook.close());

/** Waits until what rests after an await is written. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

const tasks = (ran: string[]) => ({
  one: task("one", () => {
    ran.push("one");
    return 1;
  }),
  plus: task("plus", async (a: number, b: number) => {
    ran.push("plus");
    return a + b;
  }),
  bad: task("bad", (_: number): number => {
    ran.push("bad");
    throw new RangeError("no");
  }),
});

test("await runs what a call needs and gives the value", async ({ notebook, ran }) => {
  const { one, plus } = tasks(ran);
  const value = await notebook.cell("1", async () => await plus(one(), 2));
  assert.is(value, 3);
  await settled();
  const [run] = await notebook.runs();
  assert.equal(typesOf(run!), { one: "Success", plus: "Success" });
  assert.equal(run!.place, { file: "notebook.ipynb", cell: "1" });
  assert.is(run!.state.type, "Success");
});

test("await throws the task's error", async ({ notebook, ran }) => {
  const { bad } = tasks(ran);
  try {
    await notebook.cell("1", async () => await bad(1));
    assert.unreachable();
  } catch (error) {
    assert.instance(error, RangeError);
  }
});

test("a call that is not awaited does not run", async ({ notebook, ran }) => {
  const { one } = tasks(ran);
  await notebook.cell("1", () => void one());
  await settled();
  assert.equal(ran, []);
  assert.equal(await notebook.runs(), []);
});

test("Promise.all of calls is one run", async ({ notebook, ran }) => {
  const { one, plus } = tasks(ran);
  const values = await notebook.cell("1", () => {
    const shared = one();
    return Promise.all([plus(shared, 1), plus(shared, 2), shared]);
  });
  assert.equal(values, [2, 3, 1]);
  assert.is(ran.filter((each) => each === "one").length, 1);
  await settled();
  assert.is((await notebook.runs()).length, 1);
});

test("awaits one after another are one run that grows", async ({ notebook, ran }) => {
  const { one, plus } = tasks(ran);
  await notebook.cell("1", async () => {
    const first = await one();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await plus(first, 1);
  });
  await settled();
  const [run, ...others] = await notebook.runs();
  assert.is(others.length, 0);
  assert.equal(
    run!.graph.map((node) => node.name),
    ["one", "plus"],
  );
  assert.is(run!.attempt, 1);
  assert.is(run!.state.type, "Success");
});

test("a cell that failed goes on where it failed when it runs again", async ({ notebook, ran }) => {
  const { one, plus, bad } = tasks(ran);
  let broken = true;
  const cell = async () => {
    const first = await one();
    const second = await plus(first, 1);
    return broken ? await bad(second) : await plus(second, 1);
  };
  await notebook.cell("1", cell).catch(() => {});
  await settled();
  ran.length = 0;
  broken = false;
  assert.is(await notebook.cell("1", cell), 3);
  assert.equal(ran, ["plus"]);
  await settled();
  const [run, ...others] = await notebook.runs();
  assert.is(others.length, 0);
  assert.is(run!.attempt, 2);
});

test("a cell run again replaces the calls it made before: names stay, others' are stale", async ({ notebook, ran }) => {
  const { one, plus } = tasks(ran);
  const first = await notebook.cell("1", () => ({ call: one() }));
  const second = await notebook.cell("2", () => ({ call: plus(first.call, 1) }));
  assert.is(second.call.stale, false);
  const again = await notebook.cell("1", () => ({ call: one() }));
  assert.is(again.call.name, "one");
  assert.is(first.call.stale, true);
  assert.is(second.call.stale, true);
  assert.is(again.call.stale, false);
  assert.is(await notebook.cell("3", async () => await second.call), 2);
});

test("a deleted cell's calls leave the flow: their names are free, others' calls are stale", async ({
  notebook,
  ran,
}) => {
  const { one, plus } = tasks(ran);
  const first = await notebook.cell("1", () => ({ call: one() }));
  const second = await notebook.cell("2", () => ({ call: plus(first.call, 1) }));
  const other = await notebook.cell("3", () => ({ call: one() }));
  notebook.engine.topLevel.forgetCells(["1", "no-such-cell"]);
  assert.equal(
    [first.call, second.call, other.call].map(({ stale }) => stale),
    [true, true, false],
  );
  assert.is((await notebook.cell("4", () => ({ call: one() }))).call.name, "one");
  assert.is(await notebook.cell("5", async () => await second.call), 2);
  assert.is((await notebook.cell("1", () => ({ call: plus(1, 1) }))).call.stale, false);
  notebook.engine.topLevel.forgetCells(["1", "2", "3", "4", "5"]); // the flow is the process's: other tests begin without them
});

test("calls of several cells are one run of the cell that awaits, and finished ones are not run again", async ({
  notebook,
  ran,
}) => {
  const { one, plus } = tasks(ran);
  const first = await notebook.cell("1", () => ({ call: one() }));
  const second = await notebook.cell("2", () => ({ call: plus(first.call, 1) }));
  await notebook.cell("3", async () => await second.call);
  await settled();
  const [run] = await notebook.runs();
  assert.equal(
    run!.graph.map((node) => node.name),
    ["one", "plus"],
  );
  const third = await notebook.cell("4", async () => await plus(first.call, second.call));
  assert.is(third, 3);
  assert.equal(ran, ["one", "plus", "plus"]);
});

test("parameters of calls outside a flow take their defaults", async ({ notebook, ran }) => {
  const { plus } = tasks(ran);
  const value = await notebook.cell("1", async () => await plus(parameter("a", { default: 40 }), 2));
  assert.is(value, 42);
  assert.throws(() => plus(parameter<number>("none"), 2), /"none".*no default/);
});

test("a call of a flow is refused outside, naming both", ({ ran }) => {
  const { one, plus } = tasks(ran);
  const built = flow("built", () => ({ first: one() }));
  assert.throws(() => plus(built.calls.first, 1), /"plus.*"one".*"built"/);
});

test("run() of a call gives its state and does not throw", async ({ notebook, ran }) => {
  const { bad } = tasks(ran);
  const state = await notebook.cell("1", () => (bad(1) as TaskCall<number>).run());
  assert.is(state.type, "Failed");
});

test.run();
