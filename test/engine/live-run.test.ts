import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cancelRun, context, display, flow, html, retryRun, task } from "../../src/index.js";
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

test("retryRun() and cancelRun() refuse a run of another process", () => {
  assert.throws(() => retryRun("elsewhere"), /"elsewhere"/);
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
