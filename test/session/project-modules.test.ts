import { mkdir, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SessionHarness } from "./session-harness.js";

/** A project as people have them: options inherited, aliases, JSX and decorators of its own, packages beside it. */
const FILES: { readonly [path: string]: string } = {
  "tsconfig.json": `{ // comments and trailing commas are fine
    "extends": "./config/strict.json",
    "compilerOptions": { "paths": { "@/*": ["./lib/*"], "only": ["./lib/exact.ts"], "both/*": ["./none/*", "./lib/*"] }, }
  }`,
  "config/strict.json": `{ "compilerOptions": { "strict": true, "baseUrl": "..", "outDir": "../out", "jsx": "react-jsx",
    "jsxImportSource": "tiny-jsx", "experimentalDecorators": true, "emitDecoratorMetadata": true } }`,
  "package.json": '{ "imports": { "#inner/*": "./lib/*" } }',
  "lib/exact.ts": "export const exact: string = 'exact';",
  "lib/part.ts": "export const part: string = 'part 1';",
  "lib/whole.ts": "import { part } from '@/part';\nexport const whole = 'whole of ' + part;",
  "lib/awaits.ts": "export const awaited: number = await Promise.resolve(5);",
  "lib/lazy.ts": "export const lazy = async (): Promise<string> => (await import('@/part')).part;",
  "lib/module.mts": "export const kind: string = 'mts';",
  "lib/common.cts": "export const kind: string = 'cts';",
  "lib/assigned.cts":
    "import path = require('node:path');\nconst all: { sep: string } = { sep: path.sep };\nexport = all;",
  "lib/old.ts": "const { sep } = require('node:path');\nmodule.exports = { sep, file: __filename };",
  "lib/mixed.ts":
    "import { basename } from 'node:path';\nexport const here = basename(__dirname);\nexport const own = typeof require('./numbers.json').one;",
  "lib/numbers.json": '{ "one": 1, "class": "first", "not-a-name": 2 }',
  "lib/counts.ts": "import all, { one } from './numbers.json';\nexport const sum = one + all.one;",
  "lib/types.ts": "export interface Row { id: number }\nexport type Id = Row['id'];",
  "lib/typed.ts":
    "import type { Row } from '@/types';\nimport { type Id } from '@/types';\nexport const row: Row = { id: 1 as Id };",
  "lib/view.tsx": "export const view = <b id='x'>text</b>;",
  "lib/plain.js": "export const plain = 'an ES module without a package.json that says so';",
  "lib/decorated.ts": `const log: string[] = [];
function noted(target: object, key: string): void { log.push(key); }
class Row { @noted name: string = 'x'; }
export const seen = [log, new Row().name] as const;`,
  "lib/twice.js": "export const from = 'the compiled file';",
  "lib/twice.ts": "export const from: string = 'the source';",
  "standard/tsconfig.json": '{ "compilerOptions": { "strict": true } }',
  "standard/decorated.ts":
    "const log: string[] = [];\nfunction noted(_: unknown, { name }: ClassDecoratorContext) { log.push(String(name)); }\n@noted\nclass Row {}\nexport const seen = log;",
  "modern/package.json": '{ "type": "module" }',
  "modern/strict.ts": "export const common = typeof module;",
  "retypes.ts": "export { Row } from './lib/types.ts';",
  "node_modules/needs-more/package.json": '{ "main": "./index.cjs" }',
  "node_modules/needs-more/index.cjs": "require('absent/part');",
  "broken.ts": "export const a = 1;\nexport const = 2;",
  "linked/package.json": '{ "name": "linked", "exports": "./index.ts" }',
  "linked/index.ts": "enum Kind { Own = 'own' }\nexport const kind = Kind.Own;",
  "node_modules/tiny-jsx/package.json": '{ "type": "module", "exports": { "./jsx-runtime": "./runtime.js" } }',
  "node_modules/tiny-jsx/runtime.js":
    "export const jsx = (tag, { id, children }) => '<' + tag + ' ' + id + '>' + children;",
  "node_modules/whole-name/package.json": '{ "type": "module", "exports": "./index.js" }',
  "node_modules/whole-name/index.js": "export const kind = 'package';",
};

const test = suite("modules of a project");
let session: SessionHarness;
const write = async (path: string, text: string): Promise<void> => {
  const file = join(session.folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
};
/** A later time than that of the file before, whatever the disk's clock can tell apart. */
const change = async (path: string, text: string): Promise<void> => {
  await write(path, text);
  const later = new Date(Date.now() + 5000);
  await utimes(join(session.folder, path), later, later);
};
test.before(async () => {
  session = await SessionHarness.start();
  for (const [path, text] of Object.entries(FILES)) await write(path, text);
  await symlink(join(session.folder, "linked"), join(session.folder, "node_modules/linked"), "dir");
});
test.after(() => session.stop());

const LOADED: readonly [what: string, expression: string, text: string][] = [
  ["an exact alias", "(await $import('only')).exact", "'exact'"],
  ["an alias with a star, in a module too", "(await $import('@/whole')).whole", "'whole of part 1'"],
  ["an alias by the compiled name", "(await $import('@/whole.js')).whole", "'whole of part 1'"],
  ["the first alias that leads to a file", "(await $import('both/exact')).exact", "'exact'"],
  ["a path from baseUrl, which an extended file sets", "(await $import('lib/exact')).exact", "'exact'"],
  ["a package where no alias leads to a file", "(await $import('whole-name')).kind", "'package'"],
  ["an alias by import() in a module", "await (await $import('@/lazy')).lazy()", "'part 1'"],
  ["an alias by require", "[$require('@/exact').exact, $require('@/numbers.json').one]", "[ 'exact', 1 ]"],
  ["what package.json imports by #", "(await $import('#inner/exact.ts')).exact", "'exact'"],
  ["a module that awaits at its top", "(await $import('@/awaits')).awaited", "5"],
  ["an .mts file by its compiled name", "(await $import('./lib/module.mjs')).kind", "'mts'"],
  ["a .cts file by its compiled name", "(await $import('./lib/common.cjs')).kind", "'cts'"],
  ["a file that assigns its exports", "(await $import('./lib/assigned.cts')).default.sep", "'/'"],
  ["TypeScript that speaks CommonJS", "(await $import('@/old')).default.file.endsWith('old.ts')", "true"],
  [
    "__dirname and require in a module that is none by package.json",
    "Object.values(await $import('@/mixed'))",
    "[ 'lib', 'number' ]",
  ],
  ["keys of JSON by name, in a module", "(await $import('@/counts')).sum", "2"],
  ["keys of JSON that are no names", "(await $import('@/numbers.json')).class", "'first'"],
  ["JSON with an attribute", "(await $import('@/numbers.json', { with: { type: 'json' } })).default.one", "1"],
  ["modules that import types", "(await $import('@/typed')).row", "{ id: 1 }"],
  ["JSX by the package that tsconfig.json names", "(await $import('@/view')).view", "'<b x>text'"],
  ["JavaScript that is an ES module, without saying so", "typeof (await $import('@/plain.js')).plain", "'string'"],
  ["decorators of old", "(await $import('@/decorated')).seen", "[ [ 'name' ], 'x' ]"],
  ["decorators of today, by the nearest tsconfig.json", "(await $import('./standard/decorated.ts')).seen", "[ 'Row' ]"],
  ["an ES module package, without CommonJS's names", "(await $import('./modern/strict.ts')).common", "'undefined'"],
  ["the source where the compiled file lies beside it", "(await $import('./lib/twice.js')).from", "'the source'"],
  ["a linked package that is TypeScript", "(await $import('linked')).kind", "'own'"],
];
for (const [what, expression, text] of LOADED)
  test(`$import loads ${what}`, async () => assert.is(await session.text(expression), text));

test("$import gives anew what changed behind an alias behind a module", async () => {
  await session.run("$.before = await $import('@/whole'); $.lazy = await $import('@/lazy')");
  await change("lib/part.ts", "export const part: string = 'part 2';");
  assert.is(await session.text("(await $import('@/whole')).whole"), "'whole of part 2'");
  assert.is(await session.text("$.before.whole"), "'whole of part 1'");
  assert.is(await session.text("(await $import('@/lazy')).lazy()"), "'part 2'");
});
test("$require gives anew what changed", async () => {
  assert.is(await session.text("$require('@/exact') === $require('./lib/exact')"), "true");
  await change("lib/exact.ts", "export const exact = 'changed';");
  assert.is(await session.text("$require('@/exact').exact"), "'changed'");
});
test("$import tries again after an error that was mended", async () => {
  assert.match(await failure("@/late"), /leads to lib\/late/);
  await write("lib/late.ts", "export const late = 1;");
  assert.is(await session.text("(await $import('@/late')).late"), "1");
});

async function failure(specifier: string): Promise<string> {
  const { answer } = await session.run(`await $import(${JSON.stringify(specifier)})`);
  assert.is(answer.status, "error");
  const { error } = answer as { error: { evalue: string; traceback: readonly string[] } };
  assert.not.match(error.traceback.join("\n"), /kernel\/session|local-module-hooks/);
  return error.evalue;
}
test("$require of what is missing fails with words that help", async () => {
  for (const [specifier, words] of [
    ["absent-package", /^Cannot import "absent-package": .*npm install absent-package$/],
    ["./absent", /^Cannot import "\.\/absent": there is no file/],
  ] as const) {
    const { answer } = await session.run(`$require(${JSON.stringify(specifier)})`);
    assert.match((answer as { error: { evalue: string } }).error.evalue, words);
  }
});

const FAILURES: readonly [specifier: string, message: RegExp][] = [
  ["@/absent", /^Cannot import "@\/absent": tsconfig.json leads to lib\/absent.*, and there is no such file$/],
  ["./broken.ts", /^Cannot compile ".*broken\.ts": .*broken\.ts.*2.14.*TS1134/s],
  ["absent-package", /npm install absent-package$/],
  ["./retypes.ts", /^Cannot import "\.\/retypes\.ts": .*named 'Row'; where that is a type, write .*"export type"$/],
  ["needs-more", /needs-more\/index\.cjs needs the package "absent", which is not installed; run: npm install absent$/],
];
for (const [specifier, message] of FAILURES)
  test(`$import of "${specifier}" fails with words that help`, async () =>
    assert.match(await failure(specifier), message));

test.run();
