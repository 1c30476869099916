import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SessionHarness } from "../session/session-harness.js";

const ROUNDS = 10;

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
  test(`interrupt() ends ${what}, ${ROUNDS} times in a row, and keeps variables`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = Number(await session.text("$.rounds"));
      const held = session.run(`$.rounds++; console.log("held ${before}"); ${body}`, { allowStdin: true });
      await session.output((output) => output.kind === "stream" && output.text.startsWith(`held ${before}\n`));
      await session.interrupt();
      const { answer } = await held;
      assert.is(answer.status, "error");
      assert.is(answer.status === "error" && answer.error.ename, "KeyboardInterrupt");
      assert.is(
        await session.text("(await new Promise((resolve) => setTimeout(resolve, 1)), $.rounds)"),
        String(before + 1),
      );
    }
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

test("a loop that sleeps goes on no more once its cell is interrupted", async () => {
  for (const sleep of [
    "new Promise((resolve) => setTimeout(resolve, 1))",
    "$require('node:timers/promises').setTimeout(1)",
    "$require('node:util').promisify(setTimeout)(1)",
    "new Promise((resolve) => setImmediate(resolve))",
  ]) {
    await session.run("$.turns = 0; $.looping = new Promise((resolve) => { $.loops = resolve })");
    const held = session.run(
      `for (;;) { $.turns++; if ($.turns === 3) console.log(${JSON.stringify(sleep)}); await ${sleep} }`,
    );
    await session.output((output) => output.kind === "stream" && output.text === `${sleep}\n`);
    await session.interrupt();
    assert.is((await held).answer.status, "error");
    const turns = await session.text("$.turns");
    await session.run("for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 2))");
    assert.is(await session.text("$.turns"), turns);
  }
});

test("a loop behind an await of an interrupted cell does not hold the next cell", async () => {
  const held = session.run(
    "const { port1, port2 } = new MessageChannel(); $.port = port2; const told = new Promise((resolve) => port1.once('message', resolve)); console.log('waits'); await told; $.spun = true; while (true) {}",
  );
  await session.output((output) => output.kind === "stream" && output.text === "waits\n");
  await session.interrupt();
  assert.is((await held).answer.status, "error");
  await session.run("$.port.postMessage(null)");
  assert.is(await session.text("(await new Promise((resolve) => setTimeout(resolve, 50)), $.spun)"), "true");
});

test("a cell that keeps the thread for long is left alone after an interrupt of another", async () => {
  const held = session.run("console.log('short'); await new Promise(() => {})");
  await session.output((output) => output.kind === "stream" && output.text === "short\n");
  await session.interrupt();
  await held;
  const { answer } = await session.run("const end = Date.now() + 500; while (Date.now() < end) {}");
  assert.is(answer.status, "ok");
});

test.run();
