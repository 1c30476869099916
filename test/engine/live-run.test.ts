import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cancelRun, context, display, flow, html, retryRun, signals, task } from "../../src/index.js";
import { rejects } from "../store/rejects.js";
import { Notebook } from "./notebook.js";

const test = suite<{ notebook: Notebook }>("live runs");
test.before.each(async (world) => {
  world.notebook = await Notebook.open();
});
test.after.each((world) => world.notebook.close());

test("a run is told of when it begins, followed while it goes on, and ends", async ({ notebook }) => {
  const one = task("one", () => 1);
  const seen: string[] = [];
  const running = flow("followed", () => one()).run();
  await new Promise<void>((resolve) => {
    const wait = () => (notebook.begun.length > 0 ? resolve() : setImmediate(wait));
    wait();
  });
  const live = notebook.begun[0]!;
  live.onChange(() => seen.push(live.current().state.type));
  await running;
  await live.ended;
  const { state, kept, ran, tasks, endedAt } = live.current();
  assert.equal([state.type, kept, ran, tasks.length], ["Success", 0, 1, 1]);
  assert.type(endedAt, "number");
  assert.ok(seen.includes("Running"));
});

test("log and progress of a task are kept and seen", async ({ notebook }) => {
  const talks = task("talks", () => {
    context().log("half way");
    context().progress(0.5, "half");
  });
  await flow("f", () => talks()).run();
  const [run] = await notebook.runs();
  const lines = await notebook.opened.logs(run!.tasks[0]!.id);
  assert.equal(
    lines.map((line) => line.text),
    ["half way"],
  );
});

test("context() outside a task is an error", () => {
  assert.throws(() => context(), "no task runs here");
});

test("cancelRun() stops a run, retryRun() goes on with it", async ({ notebook }) => {
  let hangs = true;
  const called: string[] = [];
  const first = task("first", () => called.push("first"));
  const slow = task("slow", async (_: number) => {
    called.push("slow");
    if (!hangs) return;
    setImmediate(() => cancelRun(notebook.begun[0]!.current().id));
    await new Promise(() => {});
  });
  const state = await flow("f", () => slow(first())).run();
  assert.is(state.type, "Cancelled");
  assert.is(state.message, "The run was cancelled.");
  hangs = false;
  const again = await retryRun(notebook.begun[0]!.current().id);
  assert.is(again.type, "Success");
  assert.equal(called, ["first", "slow", "slow"]);
  assert.is((await notebook.runs()).length, 1);
});

async function assertRejects(promise: Promise<unknown>, message: RegExp): Promise<void> {
  await promise.then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, message),
  );
}

const threeSteps = (called: string[]) => {
  const step = (name: string) =>
    task(name, (before: number) => {
      called.push(name);
      return before + 1;
    });
  const [a, b, c] = [step("a"), step("b"), step("c")];
  return { a, b, c };
};

test("retryRun() runs a flow again from a task on, or all of it, in the same run", async ({ notebook }) => {
  const called: string[] = [];
  const { a, b, c } = threeSteps(called);
  await flow("f", () => c(b(a(1)))).run();
  const { id } = notebook.begun[0]!.current();
  assert.is((await retryRun(id, { kind: "from", task: "b" })).type, "Success");
  assert.equal(called.splice(0), ["a", "b", "c", "b", "c"]);
  assert.is((await retryRun(id, { kind: "all" })).type, "Success");
  assert.equal(called, ["a", "b", "c"]);
  const [run, ...others] = await notebook.runs();
  assert.equal([run!.attempt, run!.kept, run!.ran, others.length], [3, 0, 3, 0]);
});

test("retryRun() runs calls outside a flow again as well", async ({ notebook }) => {
  const called: string[] = [];
  const { a, b, c } = threeSteps(called);
  await notebook.cell("1", async () => await c(b(a(1))));
  const { id } = notebook.begun[0]!.current();
  await notebook.begun[0]!.ended;
  await retryRun(id, { kind: "from", task: "c" });
  assert.equal(called.splice(0), ["a", "b", "c", "c"]);
  await retryRun(id, { kind: "all" });
  assert.equal(called, ["a", "b", "c"]);
});

test("a run that ended is held for its buttons until 500 others have begun since", async ({ notebook }) => {
  const one = task("one", () => 1);
  const oneAfterAnother = flow("one after another", () => one());
  await oneAfterAnother.run({ store: "none" });
  await oneAfterAnother.run({ store: "none" });
  const [first, second] = notebook.begun.map((run) => run.current().id);
  for (let each = 0; each < 499; each += 1) await oneAfterAnother.run({ store: "none" });
  assert.is((await retryRun(second!)).type, "Success");
  await rejects(retryRun(first!), /500 others since/);
});

test("retryRun() goes on with a paused task", async ({ notebook }) => {
  let approved = false;
  const ask = task("ask", () => {
    if (!approved) throw signals.pause("waits for approval");
    return "approved";
  });
  assert.is((await flow("f", () => ask()).run()).type, "Paused");
  const { id } = notebook.begun[0]!.current();
  approved = true;
  assert.is((await retryRun(id, { kind: "failed" })).type, "Paused", "a paused task waits until it is named");
  assert.is((await retryRun(id, { kind: "resume", task: "ask" })).type, "Success");
});

test("retryRun() refuses a task that the flow does not have", async ({ notebook }) => {
  const one = task("one", () => 1);
  await flow("f", () => one()).run();
  const { id } = notebook.begun[0]!.current();
  await assertRejects(retryRun(id, { kind: "from", task: "two" }), /flow "f": it has no call "two"/);
});

test("retryRun() and cancelRun() refuse a run of another process", async () => {
  await assertRejects(retryRun("elsewhere"), /"elsewhere"/);
  assert.throws(() => cancelRun("elsewhere"), /"elsewhere"/);
});

test("display() shows what a value says itself, and anything else as text", async ({ notebook }) => {
  await display(html`<b>${1}</b>`);
  await display("plain");
  assert.equal(Object.keys(notebook.shown[0] as object)[0], "text/html");
  assert.equal(notebook.shown[1], { "text/plain": "plain" });
});

test("two runs of a flow at once are two runs", async ({ notebook }) => {
  const wait = task("wait", () => new Promise((resolve) => setTimeout(resolve, 5)));
  const built = flow("twice", () => wait());
  const states = await Promise.all([built.run(), built.run()]);
  assert.equal(
    states.map((state) => state.type),
    ["Success", "Success"],
  );
  assert.is((await notebook.runs()).length, 2);
});

test.run();
