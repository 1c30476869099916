import { mkdir, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SessionHarness } from "./session-harness.js";

const FILES: { readonly [path: string]: string } = {
  "node_modules/only-esm/package.json": '{"name":"only-esm","type":"module","exports":"./index.js"}',
  "node_modules/only-esm/index.js": "export const kind = 'esm'; export default 1;",
  "node_modules/only-cjs/package.json": '{"name":"only-cjs","main":"index.js"}',
  "node_modules/only-cjs/index.js": "const e = {}; e['ki' + 'nd'] = 'cjs'; module.exports = e;",
  "node_modules/dual/package.json": '{"name":"dual","exports":{"import":"./i.mjs","require":"./r.cjs"}}',
  "node_modules/dual/i.mjs": "export const kind = 'import';",
  "node_modules/dual/r.cjs": "exports.kind = 'require';",
  "node_modules/needy/package.json": '{"name":"needy","type":"module","exports":"./index.js"}',
  "node_modules/needy/index.js": "import 'absent-peer';",
  "node_modules/throwing/package.json": '{"name":"throwing","type":"module","exports":"./index.js"}',
  "node_modules/throwing/index.js": "throw new RangeError('while loading');",
  "data.json": '{"rows":[1,2]}',
  "plain.mjs": "export const kind = 'mjs';",
  "types.ts": "export interface Row { id: number }\nexport enum Colour { Red = 'red' }\n",
  "lib/inner.ts": "export const inner: string = 'inner 1';\n",
  "outer.ts":
    "import type { Row } from './types.js';\nimport { Colour } from './types.js';\nimport { inner } from './lib/inner.js';\nexport const row: Row = { id: 1 };\nexport const outer = inner + ' ' + Colour.Red;\nexport function fail(): never {\n  throw new Error('in a module');\n}\n",
  "view.tsx":
    "/** @jsxRuntime classic */ /** @jsx h */\nconst h = (tag: string) => '<' + tag + '>';\nexport const view = <b />;\n",
};

const test = suite("modules");
let session: SessionHarness;
const write = async (path: string, text: string): Promise<void> => {
  const file = join(session.folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
};
test.before(async () => {
  session = await SessionHarness.start();
  for (const [path, text] of Object.entries(FILES)) await write(path, text);
});
test.after(() => session.stop());

const IMPORTS: readonly [what: string, expression: string, text: string][] = [
  ["an ESM-only package", "(await $import('only-esm')).kind", "'esm'"],
  ["a CommonJS package", "(await $import('only-cjs')).default.kind", "'cjs'"],
  ["a dual package, as a module", "(await $import('dual')).kind", "'import'"],
  ["a dual package, by require", "$require('dual').kind", "'require'"],
  ["a Node module", "typeof (await $import('node:fs')).readFileSync", "'function'"],
  ["a Node module without its scheme", "typeof (await $import('path')).join", "'function'"],
  ["JSON", "(await $import('./data.json')).default.rows", "[ 1, 2 ]"],
  ["a local module", "(await $import('./plain.mjs')).kind", "'mjs'"],
  ["a local TypeScript module that imports others", "(await $import('./outer.ts')).outer", "'inner 1 red'"],
  ["a local TypeScript module by its compiled name", "(await $import('./outer.js')).outer", "'inner 1 red'"],
  ["a local TSX module", "(await $import('./view.tsx')).view", "'<b>'"],
  ["a local TypeScript module without ending", "(await $import('./outer')).outer", "'inner 1 red'"],
];
test("the first import warns of nothing, and what code warns of is heard", async () => {
  const warnings = "process.on('warning', ({ message }) => ($.heard ??= []).push(message));";
  await session.run(`${warnings} await $import('node:fs'); await import('node:fs');`);
  await session.run("process.emitWarning('mine', 'ExperimentalWarning'); await new Promise(setImmediate);");
  assert.is(await session.text("$.heard.join()"), "'mine'");
});
for (const [what, expression, text] of IMPORTS) {
  test(`$import loads ${what}`, async () => assert.is(await session.text(expression), text));
}

test("$import gives a module once, and anew when a file that it imports has changed", async () => {
  await session.run("$.first = await $import('./outer.ts'); $.again = await $import('./outer.ts')");
  assert.is(await session.text("$.first === $.again"), "true");
  await write("lib/inner.ts", "export const inner: string = 'inner 2';\n");
  await utimes(join(session.folder, "lib/inner.ts"), new Date(), new Date(Date.now() + 5000));
  assert.is(await session.text("(await $import('./outer.ts')).outer"), "'inner 2 red'");
  assert.is(await session.text("$.first.outer"), "'inner 1 red'");
});

test("an error in a local TypeScript module names its line", async () => {
  const { answer } = await session.run("(await $import('./outer.ts')).fail()");
  assert.match(answer.status === "error" ? answer.error.traceback.join("\n") : "", /outer\.ts:7:9/);
});

const FAILURES: readonly [specifier: string, message: RegExp][] = [
  [
    "absent-package",
    /^Cannot import "absent-package": no such package in .*; install it there: npm install absent-package$/,
  ],
  ["@scope/absent/sub", /npm install @scope\/absent$/],
  ["./absent.ts", /^Cannot import "\.\/absent\.ts": there is no file .*absent\.ts$/],
  ["needy", /needs the package "absent-peer", which is not installed; run: npm install absent-peer$/],
  ["only-esm/inside", /^Cannot import "only-esm\/inside": Package subpath/],
  ["node:absent", /^Cannot import "node:absent"/],
  ["throwing", /^while loading$/],
];
for (const [specifier, message] of FAILURES) {
  test(`$import of "${specifier}" fails with words that help`, async () => {
    const { answer } = await session.run(`await $import(${JSON.stringify(specifier)})`);
    assert.is(answer.status, "error");
    assert.match((answer as { error: { evalue: string } }).error.evalue, message);
  });
}

test.run();
