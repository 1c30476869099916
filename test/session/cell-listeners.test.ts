import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parentOf, SessionHarness, streamText } from "./session-harness.js";

const test = suite("listeners");
let session: SessionHarness;
test.before(async () => {
  session = await SessionHarness.start();
});
test.after(() => session.stop());

const KINDS: readonly (readonly [what: string, register: string, emit: string])[] = [
  ["on()", "$.e.on('x', say)", "$.e.emit('x', 1)"],
  ["once()", "$.e.once('x', say)", "$.e.emit('x', 1); $.e.emit('x', 2)"],
  ["prependOnceListener()", "$.e.prependOnceListener('x', say)", "$.e.emit('x', 1); $.e.emit('x', 2)"],
  ["a stream's on()", "$.e = new stream.PassThrough(); $.e.on('data', (d) => say(String(d)))", "$.e.write('1')"],
  ["a stream's once()", "$.e = new stream.PassThrough(); $.e.once('data', (d) => say(String(d)))", "$.e.write('1')"],
  [
    "addEventListener()",
    "$.e = new EventTarget(); $.e.addEventListener('x', () => say(1))",
    "$.e.dispatchEvent(new Event('x'))",
  ],
];
const SETUP =
  "const [events, stream] = await Promise.all([$import('node:events'), $import('node:stream')]); $.e = new events.EventEmitter(); const say = (n) => console.log('heard ' + n);";
for (const [what, register, emit] of KINDS)
  test(`what a listener of ${what} puts out belongs to the cell that registered it`, async () => {
    const { answer } = await session.run(`${SETUP} ${register};`);
    assert.is(answer.status, "ok", JSON.stringify(answer));
    const from = session.outputs.length;
    const emitted = await session.run(`${emit}; await new Promise((done) => setTimeout(done, 20));`);
    assert.is(streamText(emitted.outputs), "");
    const late = session.outputs.slice(from);
    assert.is(streamText(late), "heard 1\n");
    assert.is(new Set(late.map(parentOf)).size, 1);
  });

const REMOVED: readonly (readonly [what: string, code: string])[] = [
  ["off()", "e.on('x', f); e.off('x', f);"],
  ["off() after once()", "e.once('x', f); e.off('x', f);"],
  ["the one of two that was added last", "e.on('x', f); e.on('x', g); e.off('x', f); e.off('x', g);"],
  ["removeEventListener()", "t.addEventListener('x', f); t.removeEventListener('x', f);"],
  ["once", "t.addEventListener('x', g, { once: true }); t.dispatchEvent(new Event('x'));"],
];
for (const [what, code] of REMOVED)
  test(`a listener is taken away by ${what}`, async () => {
    const { answer, outputs } = await session.run(`
      const { EventEmitter } = await $import('node:events');
      const e = new EventEmitter(), t = new EventTarget(), f = () => console.log('heard'), g = () => {};
      ${code}
      e.emit('x'); t.dispatchEvent(new Event('x'));
      console.log(e.listenerCount('x'));`);
    assert.is(answer.status, "ok", JSON.stringify(answer));
    assert.is(streamText(outputs), "0\n");
  });

test("listeners() gives what the author registered", async () => {
  const listens =
    "await (async () => { const e = new (await $import('node:events')).EventEmitter(); const f = () => {}; e.on('x', f); e.once('x', f); return e.listeners('x').every((each) => each === f); })()";
  assert.is(await session.text(listens), "true");
});
test("the same listener added twice to an EventTarget counts once", async () => {
  const { outputs } = await session.run(
    "const t = new EventTarget(), f = () => console.log('heard'); t.addEventListener('x', f); t.addEventListener('x', f); t.dispatchEvent(new Event('x'));",
  );
  assert.is(streamText(outputs), "heard\n");
});
test.run();
