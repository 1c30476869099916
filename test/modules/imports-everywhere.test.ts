import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KernelClient } from "../kernel/kernel-client.js";

/** Packages of every kind, and files of the author's. */
const FILES: { readonly [path: string]: string } = {
  "node_modules/plain-cjs/package.json": '{ "name": "plain-cjs", "main": "index.js", "types": "index.d.ts" }',
  "node_modules/plain-cjs/index.js": "exports.alpha = () => 'a'; exports.beta = () => 'b';",
  "node_modules/plain-cjs/index.d.ts":
    "export declare function alpha(): string; export declare function beta(): string;",
  "node_modules/hidden-cjs/package.json": '{ "name": "hidden-cjs", "main": "index.js", "types": "index.d.ts" }',
  "node_modules/hidden-cjs/index.js":
    "const all = {}; for (const n of ['alpha', 'beta']) all[n] = () => n[0]; module.exports = all;",
  "node_modules/hidden-cjs/index.d.ts":
    "export declare function alpha(): string; export declare function beta(): string;",
  "node_modules/function-cjs/package.json": '{ "name": "function-cjs", "main": "index.js", "types": "index.d.ts" }',
  "node_modules/function-cjs/index.js":
    "function make() { return 'made'; } make['al' + 'pha'] = () => 'a'; module.exports = make;",
  "node_modules/function-cjs/index.d.ts":
    "declare function make(): string; declare namespace make { function alpha(): string; } export = make;",
  "node_modules/babel-cjs/package.json": '{ "name": "babel-cjs", "main": "index.js", "types": "index.d.ts" }',
  "node_modules/babel-cjs/index.js":
    "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = () => 'd'; exports.alpha = () => 'a';",
  "node_modules/babel-cjs/index.d.ts":
    "export default function main(): string; export declare function alpha(): string;",
  "node_modules/dual/package.json": `{ "name": "dual", "exports": { ".": {
    "import": { "types": "./i.d.mts", "default": "./i.mjs" }, "require": { "types": "./r.d.cts", "default": "./r.cjs" } } } }`,
  "node_modules/dual/i.mjs": "export const how = 'import';",
  "node_modules/dual/i.d.mts": "export declare const how: string;",
  "node_modules/dual/r.cjs": "exports.how = 'require';",
  "node_modules/dual/r.d.cts": "export declare const how: string;",
  "node_modules/only-esm/package.json":
    '{ "name": "only-esm", "type": "module", "exports": { ".": "./index.js", "./parts/*": "./parts/*.js", "./parts/secret": null } }',
  "node_modules/only-esm/index.js": "export default 'd'; export const alpha = () => 'a';",
  "node_modules/only-esm/index.d.ts":
    "declare const d: string; export default d; export declare const alpha: () => string;",
  "node_modules/only-esm/parts/one.js": "export const one = 1;",
  "node_modules/only-esm/parts/one.d.ts": "export declare const one: number;",
  "node_modules/only-esm/parts/secret.js": "export const secret = 1;",
  "node_modules/only-esm/parts/secret.d.ts": "export declare const secret: number;",
  "node_modules/no-exports/package.json": '{ "name": "no-exports", "main": "index.js" }',
  "node_modules/no-exports/index.js": "module.exports = 1;",
  "node_modules/no-exports/plugin/utc.js": "module.exports = 'utc';",
  "node_modules/no-exports/plugin/utc.d.ts": "declare const utc: string; export = utc;",
  "node_modules/untyped/package.json": '{ "name": "untyped", "type": "module", "main": "index.js" }',
  "node_modules/untyped/index.js": "export const any = 5;",
  "node_modules/@scope/inside/package.json": '{ "name": "@scope/inside", "version": "1.2.3", "main": "index.js" }',
  "node_modules/@scope/inside/index.js": "exports.inside = 'i';",
  "node_modules/@scope/inside/index.d.ts": "export declare const inside: string;",
  "node_modules/@types/typed-only/package.json": '{ "name": "@types/typed-only", "types": "index.d.ts" }',
  "node_modules/@types/typed-only/index.d.ts": "export declare const nothing: number;",
  "linked/package.json": '{ "name": "linked", "exports": "./index.ts" }',
  "linked/index.ts": "enum Kind { Own = 'own' }\nexport const kind: string = Kind.Own;",
  "shapes.ts": "export const area = (n: number): number => n * n;\nexport interface Shape { n: number }",
  "lib/index.ts": "export const fromIndex: string = 'index';",
  "old.cts":
    "const all: Record<string, number> = {};\nfor (const n of ['x']) all[n] = 1;\nexport = all as { x: number };",
  "data.json": '{ "one": 1, "list": [1, 2] }',
  "package.json": '{ "type": "module", "imports": { "#shapes": "./shapes.ts" } }',
};

/** An import, an expression, and its value; or what the check says of it, before anything runs. */
const ROWS: readonly (readonly [what: string, line: string, expression: string, value: string | RegExp])[] = [
  ["CommonJS by name", "import { alpha } from 'plain-cjs';", "alpha()", "a"],
  ["CommonJS as a whole", "import * as all from 'plain-cjs';", "all.alpha() + all.beta()", "ab"],
  ["CommonJS by default", "import all from 'plain-cjs';", "all.beta()", "b"],
  ["CommonJS that Node cannot read, by name", "import { alpha } from 'hidden-cjs';", "alpha()", "a"],
  [
    "CommonJS that Node cannot read, as a whole",
    "import * as all from 'hidden-cjs';",
    "all.alpha() + all.beta()",
    "ab",
  ],
  ["a CommonJS function", "import make, { alpha } from 'function-cjs';", "make() + alpha()", "madea"],
  ["a CommonJS function as a whole is not callable", "import * as make from 'function-cjs';", "make()", /TS2349/],
  ["CommonJS with __esModule, by name", "import { alpha } from 'babel-cjs';", "alpha()", "a"],
  ["CommonJS with __esModule, by default", "import main from 'babel-cjs';", "main.default()", "d"],
  ["CommonJS with __esModule, as Babel has it", "import main from 'babel-cjs';", "main()", /TS2349/],
  ["a dual package", "import { how } from 'dual';", "how", "import"],
  [
    "a dual package, resolved",
    "import { how } from 'dual';",
    "how + import.meta.resolve('dual').slice(-6)",
    "import/i.mjs",
  ],
  ["an ESM-only package", "import d, { alpha } from 'only-esm';", "d + alpha()", "da"],
  ["an exports pattern", "import { one } from 'only-esm/parts/one';", "String(one)", "1"],
  [
    "what exports close",
    "import { secret } from 'only-esm/parts/secret';",
    "secret",
    /subpath '\.\/parts\/secret' is not defined by "exports"/,
  ],
  [
    "a path without its ending",
    "import utc from 'no-exports/plugin/utc';",
    "utc",
    /Did you mean to import "no-exports\/plugin\/utc\.js"\?/,
  ],
  ["a path with its ending", "import utc from 'no-exports/plugin/utc.js';", "utc", "utc"],
  ["a package without types", "import { any } from 'untyped';", "String(any)", "5"],
  [
    "a package of types alone",
    "import { nothing } from 'typed-only';",
    "nothing",
    /To install it: %npm install typed-only/,
  ],
  ["no package", "import { x } from 'absent/deep';", "x", /To install it: %npm install absent/],
  ["npm:", "import { inside } from 'npm:@scope/inside@^1.0.0';", "inside", "i"],
  ["npm: of what is not there", "import x from 'npm:absent@2';", "x", /To install it: %npm install absent@2/],
  ["linked TypeScript", "import { kind } from 'linked';", "kind", "own"],
  ["a file", "import { area, Shape } from './shapes.ts';", "String(area(({ n: 3 } as Shape).n))", "9"],
  ["a file without its ending", "import { area } from './shapes';", "String(area(2))", "4"],
  ["a file by its compiled name", "import { area } from './shapes.js';", "String(area(2))", "4"],
  ["a folder", "import { fromIndex } from './lib';", "fromIndex", "index"],
  ["an import of package.json", "import { area } from '#shapes';", "String(area(1))", "1"],
  ["a CommonJS file", "import all from './old.cts';", "String(all.x)", "1"],
  ["no file", "import { x } from './absent.ts';", "x", /Cannot find module '\.\/absent\.ts'/],
  ["JSON", "import data, { one } from './data.json';", "String(data.list.length + one)", "3"],
  ["a module of Node", "import fs, { existsSync } from 'fs';", "String(fs.existsSync === existsSync)", "true"],
  ["no module of Node", "import x from 'node:absent';", "x", /Cannot find module 'node:absent'/],
  [
    "the names of CommonJS",
    "import { sep } from 'node:path';",
    "typeof require('hidden-cjs').alpha + __dirname.split(sep).length + typeof __filename",
    /^function\d+string$/,
  ],
];
const REGISTER = fileURLToPath(new URL("../../src/export/register.js", import.meta.url));

const test = suite<{ client: KernelClient; folder: string; values: { readonly [place: string]: string } }>("an import");
test.before(async (context) => {
  context.folder = realpathSync(mkdtempSync(join(tmpdir(), "cellar-imports-")));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(context.folder, path)), { recursive: true });
    writeFileSync(join(context.folder, path), text);
  };
  for (const [path, text] of Object.entries(FILES)) write(path, text);
  symlinkSync(join(context.folder, "linked"), join(context.folder, "node_modules/linked"));
  ROWS.forEach(([, line, expression], at) => {
    write(`local-${at}.ts`, `${line}\nexport const value: unknown = ${expression};\n`);
    write(
      `script-${at}.ts`,
      `import { value } from "./local-${at}.ts";\n${line}\nconsole.log(JSON.stringify([value, ${expression}]));\n`,
    );
  });
  const scripts = ROWS.map((row, at) => [row, at] as const).filter(([row]) => !isRefusal(row[3]));
  // One process for all: starting Node for each would be most of the time.
  write("all.ts", scripts.map(([, at]) => `await import("./script-${at}.ts");`).join("\n"));
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", REGISTER, "all.ts"], {
    cwd: context.folder,
  });
  const lines = stdout.trim().split("\n");
  context.values = Object.fromEntries(scripts.map(([, at], line) => [at, lines[line] ?? ""]));
  context.client = await KernelClient.start({ folder: context.folder });
});
test.after(async ({ client, folder }) => {
  await client.close();
  rmSync(folder, { recursive: true });
});

const isRefusal = (value: string | RegExp): value is RegExp =>
  typeof value !== "string" && !value.source.startsWith("^");
const fits = (value: string, expected: string | RegExp): boolean =>
  typeof expected === "string" ? value === expected : expected.test(value);

ROWS.forEach(([what, line, expression, expected], at) => {
  if (isRefusal(expected)) {
    test(`of ${what} is refused before a cell runs`, async ({ client }) => {
      const { reply } = await client.execute(`globalThis.began = ${at};\n${line}\n${expression}`);
      assert.match(String(reply.evalue), expected);
      assert.is((await client.execute("// @ts-nocheck\nglobalThis.began")).result === String(at), false);
    });
    return;
  }
  test(`of ${what} gives the same in cell, local module and script`, async ({ client, values }) => {
    const cell = await client.execute(`${line}\n${expression}`);
    const inCell = String(cell.result).replace(/^'|'$/g, "");
    assert.ok(fits(inCell, expected), `cell: ${inCell} ${cell.reply.evalue}`);
    const local = await client.execute(`import { value as value${at} } from "./local-${at}.ts";\nvalue${at}`);
    assert.ok(
      fits(String(local.result).replace(/^'|'$/g, ""), expected),
      `local: ${local.result} ${local.reply.evalue}`,
    );
    const [viaModule, own] = JSON.parse(values[at] ?? "[]") as string[];
    assert.ok(fits(String(viaModule), expected) && fits(String(own), expected), `script: ${values[at]}`);
  });
});
const NAMES: readonly (readonly [marked: string, text: string])[] = [
  ["import { } from 'hidden-c|'", "hidden-cjs"],
  ["import { } from 'only-esm/parts/|'", "one"],
  ["import { alp| } from 'hidden-cjs'", "alpha"],
  ["import { ho| } from 'dual'", "how"],
  ["import { are| } from './shapes.ts'", "area"],
  ["import { ins| } from 'npm:@scope/inside@1'", "inside"],
  ["import { on| } from './data.json'", "one"],
];
for (const [marked, text] of NAMES)
  test(`completes ${marked}`, async ({ client }) => {
    const cursor = marked.indexOf("|");
    const { content } = await client.request("complete_request", { code: marked.replace("|", ""), cursor_pos: cursor })
      .reply;
    const matches = content.matches as string[];
    assert.ok(
      matches.some((match) => match.endsWith(text)),
      `${matches.slice(0, 20)}`,
    );
  });
test("of what was not there finds it once it is, in a cell and behind a local module", async ({ client, folder }) => {
  writeFileSync(
    join(folder, "needs.ts"),
    "import { late } from 'late';\nimport { soon } from './soon.ts';\nexport const both = late + soon;",
  );
  const viaModule = "import { both } from './needs.ts';\nboth";
  assert.match(
    String((await client.execute(viaModule)).reply.evalue),
    /Cannot find module 'late'.*imported by \.\/needs\.ts/,
  );
  assert.match(String((await client.execute(`// @ts-nocheck\n${viaModule}`)).reply.evalue), /late/);
  assert.match(String((await client.execute("import { late } from 'late';\nlate")).reply.evalue), /%npm install late/);
  mkdirSync(join(folder, "node_modules/late"));
  writeFileSync(
    join(folder, "node_modules/late/package.json"),
    '{ "name": "late", "type": "module", "exports": "./index.js" }',
  );
  writeFileSync(join(folder, "node_modules/late/index.js"), "export const late = 1;");
  assert.is((await client.execute("import { late } from 'late';\nlate")).result, "1");
  assert.match(String((await client.execute(viaModule)).reply.evalue), /Cannot find module '\.\/soon\.ts'/);
  assert.match(String((await client.execute(`// @ts-nocheck\n${viaModule}`)).reply.evalue), /soon/);
  writeFileSync(join(folder, "soon.ts"), "export const soon = 2;");
  assert.is((await client.execute(viaModule)).result, "3");
  assert.is((await client.execute(`// @ts-nocheck\n${viaModule}`)).result, "3");
});
test("of a module that failed while it ran runs it again, and keeps those that did not", async ({ client, folder }) => {
  writeFileSync(join(folder, "steady.ts"), "export const made = Math.random();");
  writeFileSync(
    join(folder, "shaky.ts"),
    "import { made } from './steady.ts';\nif (!process.env.UP) throw new Error('down');\nexport const up = made;",
  );
  const before = (await client.execute("import { made } from './steady.ts';\nmade")).result;
  const code = "import { up } from './shaky.ts';\nup";
  assert.is((await client.execute(code)).reply.evalue, "down");
  assert.is((await client.execute(`process.env.UP = "1";\n`)).reply.status, "ok");
  assert.is((await client.execute(code)).result, before);
});
test.run();
