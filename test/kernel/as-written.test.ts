import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KernelClient } from "./kernel-client.js";

/** What runs in Node, and the ways in which cells are more than files. */
const test = suite<{ client: KernelClient }>("a cell as people write it");
test.before(async (context) => {
  context.client = await KernelClient.start();
});
test.after(({ client }) => client.close());

const SHOW = `[Symbol.for("Jupyter.display")]`;
const RESULTS: readonly (readonly [title: string, cells: readonly string[], result: string | undefined])[] = [
  ["an object literal", ["{ a: 1, b: 2 }"], "{ a: 1, b: 2 }"],
  ["an object literal that would be a block with a label", ["{ a: 1 }"], "{ a: 1 }"],
  [
    "an object literal with types, methods and a comment",
    ["// so\n{ a: 1 as number, get b() { return 2; } }"],
    "{ a: 1, b: [Getter] }",
  ],
  [
    "an object literal over lines, of earlier names",
    ["const n = 1;", "{\n  n,\n  ...{ m: n + 1 },\n}"],
    "{ n: 1, m: 2 }",
  ],
  ["an object literal with a semicolon", ["{ a: 1, b: 2 };"], undefined],
  ["nothing at all in braces", ["{}"], "{}"],
  ["a block", ["{ const inside = 1; inside; }"], undefined],
  ["a block, then an expression", ["{ let inside = 1; inside++; } 5"], "5"],
  ["a labelled loop in a block", ["{ a: for (;;) break a; }"], undefined],
  ["import with require", ['import path = require("node:path");', "path.sep"], "'/'"],
  ["import with require, used at once", ['import fs = require("node:fs"); typeof fs.existsSync'], "'function'"],
  ["a top-level using", ["using open = { [Symbol.dispose]() {}, n: 5 }; open.n"], "5"],
  ["a top-level await using", ["await using open = { async [Symbol.asyncDispose]() {}, n: 6 };\nopen.n"], "6"],
  ["a top-level using, later", ["using open = { [Symbol.dispose]() {}, n: 7 };", "open.n"], "7"],
  [
    "the code of a failed import",
    ['await import("no-such-" + "package").catch((error) => error.code)'],
    "'ERR_MODULE_NOT_FOUND'",
  ],
  [
    "the code of a failed import of a file",
    ['await import("./no" + ".ts").catch((error) => error.code)'],
    "'ERR_MODULE_NOT_FOUND'",
  ],
  [
    "the code of a failed require",
    [
      'try { require("no-such-" + "package"); } catch (error: any) { error.code }',
      "(() => { try { return require('./no'); } catch (error: any) { return error.code; } })()",
    ],
    "'MODULE_NOT_FOUND'",
  ],
  ["a revoked Proxy", ["const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); proxy"], "<Revoked Proxy>"],
  ["a display method that throws", [`({ a: 1, get ${SHOW}(): never { throw new Error("no") } }).a`], "1"],
  ["a getter that throws", ["({ get a() { throw new Error('no'); } })"], "{ a: [Getter] }"],
  [
    "an inspect method that throws",
    ['({ a: 1, [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("no"); } }).a'],
    "1",
  ],
  ["a then that throws", ["({ get then() { throw new Error('no'); } })"], "{ then: [Getter] }"],
  [
    "a toString and a toJSON that throw",
    ["({ toString() { throw 1; }, toJSON() { throw 2; } })"],
    "{ toString: [Function: toString], toJSON: [Function: toJSON] }",
  ],
];
for (const [title, cells, result] of RESULTS)
  test(title, async ({ client }) => {
    let last: string | undefined;
    for (const code of cells) {
      const ran = await client.execute(code);
      assert.is(ran.reply.status, "ok", `${code}: ${String(ran.reply.evalue)}`);
      last = ran.result;
    }
    assert.is(last, result);
  });

const UNSHOWN: readonly (readonly [what: string, value: string])[] = [
  ["a display method that throws", `{ ${SHOW}() { throw new Error("boom"); } }`],
  ["a display method that rejects", `{ async ${SHOW}() { throw new Error("boom"); } }`],
  ["a display that is a number", `{ ${SHOW}: () => 5 }`],
  ["a display that is null", `{ ${SHOW}: () => null }`],
  ["a display that is a list", `{ ${SHOW}: () => ["text/plain"] }`],
  ["a display without MIME types", `{ ${SHOW}: () => ({ html: "<b>" }) }`],
  ["a display with a cycle", `{ ${SHOW}() { const a: any = {}; a.a = a; return { "application/json": a }; } }`],
  ["a display with a BigInt", `{ ${SHOW}: () => ({ "application/json": 1n }) }`],
  ["a display with a function", `{ ${SHOW}: () => ({ "text/html": () => 1 }) }`],
  ["an inspect method that throws", `{ [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("boom"); } }`],
  [
    "a Proxy that throws",
    `new Proxy({}, { get() { throw new Error("boom"); }, ownKeys() { throw new Error("boom"); } })`,
  ],
];
for (const [what, value] of UNSHOWN)
  test(`${what} fails no cell`, async ({ client }) => {
    const shown = await client.execute(`display(${value} as any);\n(${value})`);
    assert.is(shown.reply.status, "ok", String(shown.reply.evalue));
    assert.type(shown.result, "string");
    assert.is((await client.execute("1 + 1")).result, "2");
  });

test("console.trace() prints its message and the cell's place", async ({ client }) => {
  const { stderr } = await client.execute('console.trace("here", { a: 1 })');
  assert.match(stderr, /^Trace: here \{ a: 1 \}\n {4}at Cell \[\d+\], line 1:9\n$/);
});

test("names made before a throw stay, with their types; those of earlier cells are as they were", async ({
  client,
}) => {
  await client.execute("let before = 'kept';");
  const failed = await client.execute(
    "const rows = await Promise.resolve([1, 2]); class Row { id = 1; } interface Shape { w: number }\nlet before = 5; throw new Error('later'); const never = 1;",
  );
  assert.is(failed.reply.evalue, "later");
  assert.is((await client.execute("rows.map((n) => n + new Row().id)")).result, "[ 2, 3 ]");
  assert.is((await client.execute("before.toUpperCase()")).result, "'KEPT'");
  assert.is((await client.execute("({ w: rows.length }) satisfies Shape")).result, "{ w: 2 }");
  assert.match(String((await client.execute("rows.nothing")).reply.evalue), /TS2339/);
  assert.match(String((await client.execute("never")).reply.evalue), /never/);
});
test.run();
