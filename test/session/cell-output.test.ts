import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parentOf, type Ran, SessionHarness, streamText } from "./session-harness.js";

const test = suite("cell output");
let session: SessionHarness;
test.before(async () => {
  session = await SessionHarness.start();
});
test.after(() => session.stop());

const result = ({ outputs }: Ran) =>
  outputs.find((output) => output.kind === "display" && output.type === "execute_result");

test("run() shows the value of the last expression, and undefined as nothing", async () => {
  assert.is(await session.text("1 + 1"), "2");
  assert.is(result(await session.run("return { value: undefined }")), undefined);
  assert.is(result(await session.run("1 + 1")), undefined);
});

test("run() awaits a promise that is the result", async () => {
  assert.is(await session.text("Promise.resolve([1, 2])"), "[ 1, 2 ]");
});

test("run() keeps bindings on the scope for later cells", async () => {
  await session.run("$.n = 41");
  assert.is(await session.text("$.n + 1"), "42");
});

test("run() says nothing of its result when the cell is silent", async () => {
  const ran = await session.run("return { value: 1 }", { silent: true });
  assert.equal(ran.outputs, []);
});

test("run() sends console and process streams in order, before its answer", async () => {
  const { outputs } = await session.run(
    "console.log('a'); console.error('b'); process.stdout.write('c'); process.stdout.write(Buffer.from('ü')); return { value: 1 }",
  );
  const streams = outputs.map((output) => (output.kind === "stream" ? [output.name, output.text] : output.kind));
  assert.equal(streams, [["stdout", "a\n"], ["stderr", "b\n"], ["stdout", "cü"], "display"]);
  assert.is(session.raw, "");
});

test("run() gathers 20 000 lines into few messages and loses none", async () => {
  const { outputs } = await session.run("for (let i = 0; i < 20000; i++) console.log(i)");
  assert.is(streamText(outputs), Array.from({ length: 20000 }, (_, i) => `${i}\n`).join(""));
  assert.ok(outputs.length < 200, `${outputs.length} messages`);
});

test("run() sends what was printed although the cell then spins", async () => {
  const held = session.run("console.log('one'); console.log('two'); $.spun = true; while ($.spun) {}");
  await session.output((output) => output.kind === "stream" && output.text.includes("two"));
  await session.interrupt();
  assert.is((await held).answer.status, "error");
});

test("output of a timer lands in the cell that set it, also while a later cell runs", async () => {
  const early = await session.run(
    "setTimeout(() => { console.log('late'); $.fired(); }, 20); $.gone = new Promise((r) => { $.fired = r })",
  );
  const later = await session.run("console.log('now'); await $.gone; await new Promise((r) => setTimeout(r, 60))");
  assert.is(streamText(early.outputs), "");
  assert.is(streamText(later.outputs), "now\n");
  const late = await session.output((output) => output.kind === "stream" && output.text === "late\n");
  const laterCell = Number(parentOf(later.outputs[0]!)!.slice("cell-".length));
  assert.is(parentOf(late), `cell-${laterCell - 1}`);
});

test("run() evaluates user expressions, each with its own outcome", async () => {
  const { answer } = await session.run("$.n = 1", {
    userExpressions: {
      good: "(async ({ names: $ }) => ({ value: $.n + 1 }))",
      bad: "(async () => { throw new RangeError('no') })",
    },
  });
  assert.is(answer.status, "ok");
  const { good, bad } = (answer as { userExpressions: { [name: string]: { [key: string]: unknown } } }).userExpressions;
  assert.equal(good, { status: "ok", data: { "text/plain": "2" }, metadata: {} });
  assert.is(bad!.status, "error");
  assert.is(bad!.ename, "RangeError");
});

test("run() shows an object the way it says itself, also when it takes its time", async () => {
  const ran = await session.run(
    "return { value: { [Symbol.for('Jupyter.display')]: async () => ({ 'text/html': '<b>x</b>' }) } }",
  );
  const shown = result(ran);
  assert.is(shown?.kind === "display" && shown.data["text/html"], "<b>x</b>");
  assert.ok(shown?.kind === "display" && "text/plain" in shown.data);
});

test.run();
