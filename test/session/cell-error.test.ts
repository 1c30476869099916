import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ErrorContent } from "../../kernel/protocol/messages.js";
import { mapOf, parentOf, SessionHarness } from "./session-harness.js";

const test = suite("cell error");
let session: SessionHarness;
test.before(async () => {
  session = await SessionHarness.start();
});
test.after(() => session.stop());

// biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI colours
const plain = (error: ErrorContent): string => error.traceback.join("\n").replace(/\u001b\[\d+m/g, "");

async function failing(text: string): Promise<ErrorContent> {
  const { answer } = await session.run(text, { map: mapOf(text) });
  assert.is(answer.status, "error");
  return (answer as { error: ErrorContent }).error;
}

test("an error names its place in the cell, without frames of the kernel or of Node", async () => {
  const error = await failing("function inner() {\n  throw new TypeError('broken');\n}\n[1].map(inner);");
  assert.is(error.ename, "TypeError");
  assert.is(error.evalue, "broken");
  const text = plain(error);
  assert.match(text, /at inner \(Cell \[1\], line 2:9\)/);
  assert.match(text, /> 2 \| {3}throw new TypeError\('broken'\);/);
  assert.not.match(text, /node:|kernel\/session|cell-1\.ts/);
  assert.match(error.traceback[0]!, "\u001b[31m");
});

test("an error after an await and one from an earlier cell's function name their cells", async () => {
  const text = "$.fail = async () => {\n  await null;\n  throw new Error('later');\n};";
  await session.run(text, { map: mapOf(text) });
  const call = "\n\nawait $.fail();";
  const shown = plain(await failing(call));
  assert.match(shown, /at .*Cell \[2\], line 3:9/);
  assert.match(shown, /Cell \[3\], line 3/);
});

test("an error shows its causes and an AggregateError its errors", async () => {
  const text = plain(
    await failing("throw new AggregateError([new Error('one'), 'two'], 'many', { cause: new RangeError('why') })"),
  );
  for (const part of [
    "AggregateError: many",
    "Error 1 of 2",
    "Error: one",
    "Thrown: two",
    "Caused by:",
    "RangeError: why",
  ])
    assert.match(text, part);
});

test("an error shows what code put on it", async () => {
  const text = plain(await failing("throw Object.assign(new Error('no'), { status: 404, body: { reason: 'gone' } })"));
  assert.match(text, /\n {2}\{ status: 404, body: \{ reason: 'gone' \} \}$/);
  const inspected = "{ custom: { [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('in inspect') } } }";
  assert.match(plain(await failing(`throw Object.assign(new Error('kept'), ${inspected})`)), /^Error: kept/);
});

test("code made from text is told by the cell that made it", async () => {
  const text = plain(await failing("\nnew Function('throw new Error(\"made\")')()"));
  assert.match(text, /at eval \(eval at \S+ \(Cell \[\d+\], line \d+:\d+\), <anonymous>:3:7\)/);
  assert.not.match(text, /cell-\d+\.ts/);
});

test("an error in a package with a source map names the source", async () => {
  const folder = join(session.folder, "node_modules/mapped");
  const js = "export function crash(){throw new Error('mapped')}\n//# sourceMappingURL=index.js.map\n";
  const map = { version: 3, sources: ["src/crash.ts"], names: [], mappings: "AAEA,wBACE" }; // `throw` is line 4, column 3
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{"name":"mapped","type":"module","exports":"./index.js"}');
  await writeFile(join(folder, "index.js"), js);
  await writeFile(join(folder, "index.js.map"), JSON.stringify(map));
  const text = plain(await failing("(await $import('mapped')).crash()"));
  assert.match(text, /crash \(.*node_modules\/mapped\/src\/crash\.ts:4:3\)/);
});

for (const [what, thrown, ename] of [
  ["a string", "'text'", "Thrown"],
  ["undefined", "undefined", "Thrown"],
  ["an object", "{ code: 1 }", "Thrown"],
  [
    "an error with a hostile getter",
    "Object.defineProperty(new Error('x'), 'message', { get() { throw 1 } })",
    "Error",
  ],
  [
    "a revoked proxy",
    "(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy })()",
    "Error",
  ],
] as const) {
  test(`throwing ${what} is an error all the same`, async () => {
    assert.is((await failing(`throw ${thrown}`)).ename, ename);
    assert.is(await session.text("1"), "1");
  });
}

for (const [what, body] of [
  ["an unhandled rejection", "Promise.reject(new Error('lost'))"],
  ["a throw in a timer", "setTimeout(() => { throw new Error('lost') }, 5)"],
  ["a throw in an immediate", "setImmediate(() => { throw new Error('lost') })"],
  ["a throw in process.nextTick", "process.nextTick(() => { throw new Error('lost') })"],
  [
    "an 'error' event that nobody hears",
    "const { EventEmitter } = $require('node:events'); setTimeout(() => new EventEmitter().emit('error', new Error('lost')), 1)",
  ],
] as const) {
  test(`${what} is shown in the cell that caused it, and the session lives on`, async () => {
    const from = session.outputs.length;
    const ran = await session.run(`console.log('cause'); ${body}`);
    assert.is(ran.answer.status, "ok");
    await session.run("1");
    const error = await session.output((output) => output.kind === "error" && session.outputs.indexOf(output) >= from);
    assert.is(parentOf(error), parentOf(ran.outputs[0]!));
    assert.is(error.kind === "error" && error.error.evalue, "lost");
    assert.is(await session.text("1"), "1");
  });
}

test("error.stack in a cell speaks of the cell", async () => {
  const text = "\nreturn { value: new Error('x').stack }";
  const { outputs } = await session.run(text, { map: mapOf(text) });
  const shown = outputs.find((output) => output.kind === "display");
  assert.match(String(shown?.kind === "display" && shown.data["text/plain"]), /Cell \[\d+\], line 2:17/);
});

test.run();
