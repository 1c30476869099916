import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SessionHarness } from "../session/session-harness.js";

const ROUNDS = 10;
const LIMIT_MS = 100;

/** Cells that hold the session, each in its own way. All count the rounds on `$`. */
const CELLS: { readonly [what: string]: string } = {
  "a loop": "while (true) {}",
  "a loop that catches all": "while (true) { try { while (true) {} } catch {} finally { while (true) {} } }",
  "a loop after await": "await new Promise((resolve) => setTimeout(resolve, 2)); while (true) {}",
  "a loop after a settled await": "await null; while (true) {}",
  "a loop of settled awaits": "while (true) await null",
  "a loop in a timer": "setTimeout(() => { while (true) {} }, 1); await new Promise(() => {})",
  "a loop in an interval": "setInterval(() => { while (true) {} }, 1); await new Promise(() => {})",
  "a loop in an immediate":
    "for (let i = 0; i < 5; i++) setImmediate(() => { if (i === 2) while (true) {} }); await new Promise(() => {})",
  "a loop in process.nextTick": "process.nextTick(() => { while (true) {} }); await new Promise(() => {})",
  "a loop in a stream's listener":
    "const { PassThrough } = process.getBuiltinModule?.('node:stream') ?? $require('node:stream'); const s = new PassThrough(); s.on('data', () => { while (true) {} }); s.write('x'); await new Promise(() => {})",
  "a loop that prints": "while (true) console.log('line')",
  "an expression that backtracks for ever": "/^(a+)+$/.test('a'.repeat(40) + 'b')",
  "a thread that sleeps": "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
  "an await that never settles": "await new Promise(() => {})",
  "a question that nobody answers": "await prompt('?')",
};

const test = suite("interrupt");
let session: SessionHarness;
test.before(async () => {
  session = await SessionHarness.start({ input: () => new Promise(() => {}) });
  await session.run("$.rounds = 0");
});
test.after(() => session.stop());

for (const [what, body] of Object.entries(CELLS)) {
  test(`interrupt() ends ${what} within ${LIMIT_MS} ms, ${ROUNDS} times in a row, and keeps variables`, async () => {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = Number(await session.text("$.rounds"));
      const held = session.run(`$.rounds++; console.log("held ${before}"); ${body}`, { allowStdin: true });
      await session.output((output) => output.kind === "stream" && output.text.startsWith(`held ${before}\n`));
      const from = performance.now();
      await session.interrupt();
      const { answer } = await held;
      times.push(performance.now() - from);
      assert.is(answer.status, "error");
      assert.is(answer.status === "error" && answer.error.ename, "KeyboardInterrupt");
      assert.is(
        await session.text("(await new Promise((resolve) => setTimeout(resolve, 1)), $.rounds)"),
        String(before + 1),
      );
    }
    times.sort((a, b) => a - b);
    assert.ok(times[ROUNDS / 2]! < LIMIT_MS, `median of ${times.map(Math.round).join(" ")} ms`);
  });
}

test("interrupt() of nothing leaves the next cell alone", async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    await session.interrupt();
    assert.is(await session.text("[1, 2, 3].map((n) => n * 2).join()"), "'2,4,6'");
  }
});

test("interrupt() in the moment in which a cell ends stops at most that cell", async () => {
  for (let round = 0; round < 30; round += 1) {
    const held = session.run(`const end = Date.now() + ${5 + round}; while (Date.now() < end) {}`);
    const told = new Promise((resolve) => setTimeout(resolve, 5)).then(() => session.interrupt());
    await held;
    await told;
    assert.is(await session.text("6 * 7"), "42");
  }
});

test("interrupt() aborts the signal of the interrupted cell alone", async () => {
  await session.run("$.seen = []; $.first = 1");
  const held = session.run("console.log('up'); await new Promise(() => {})");
  await session.output((output) => output.kind === "stream" && output.text.startsWith("up"));
  await session.interrupt();
  const { answer } = await held;
  assert.is(answer.status, "error");
  assert.is(await session.text("$.first"), "1");
});

test.run();
