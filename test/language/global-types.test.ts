import { suite } from "uvu";
import * as assert from "uvu/assert";
import { withNotebook } from "./notebook.js";

const FILES: { readonly [path: string]: string } = {
  "node_modules/reflecting/package.json": '{ "name": "reflecting", "main": "index.js", "types": "index.d.ts" }',
  "node_modules/reflecting/index.js": "Reflect.reflected = () => 1;",
  "node_modules/reflecting/index.d.ts":
    "declare global { namespace Reflect { function reflected(): number; } }\nexport {};",
  "node_modules/globe/package.json": '{ "name": "globe", "main": "index.js" }',
  "node_modules/globe/index.js": "globalThis.globe = { round: true };",
  "node_modules/@types/globe/package.json": '{ "name": "@types/globe", "types": "index.d.ts" }',
  "node_modules/@types/globe/index.d.ts": "declare const globe: { round: boolean };",
  "node_modules/base/package.json": '{ "name": "base", "type": "module", "main": "index.js" }',
  "node_modules/base/index.js": "export class Base {}; export const other = 1;",
  "node_modules/base/index.d.ts": "export declare class Base {}\nexport declare const other: number;",
  "aug.ts":
    "declare global { interface Array<T> { second(): T | undefined; } }\nArray.prototype.second = function () { return this[1]; };\nexport {};",
  "base-more.ts":
    "import { Base } from 'base';\ndeclare module 'base' { interface Base { more(): string; } }\nBase.prototype.more = () => 'more';",
  "indirect.ts": "import './aug.ts';\nexport const indirect = 1;",
};

const test = suite("types of all later cells");
const CASES: readonly (readonly [what: string, first: string, later: string])[] = [
  ["a side-effect import of a package", "import 'reflecting';", "Reflect.reflected().toFixed()"],
  ["a side-effect import of a file", "import './aug.ts';", "[1, 2].second()?.toFixed()"],
  ["an import behind another", "import { indirect } from './indirect.ts';", "[1, 2].second()?.toFixed()"],
  ["an @types package of globals", "import 'globe';", "globe.round === true"],
  ["an addition to a module", "import './base-more.ts';", "import { Base } from 'base';\nnew Base().more().length"],
  [
    "a reference to a library",
    '/// <reference lib="dom" />\nlet page: Document | undefined;',
    "let body: HTMLElement | null = null;",
  ],
  [
    "a reference after an import of an earlier cell",
    '/// <reference lib="dom" />\nconst a: HTMLElement | number = one;',
    "let b: HTMLElement;",
  ],
  ["a declaration of the cell's own", "declare global { interface Date { own: 1 } }", "new Date().own.toFixed()"],
];
for (const [what, first, later] of CASES)
  test(`are those of ${what}`, () =>
    withNotebook(async (notebook) => {
      assert.is((await notebook.compile("const one = 1;", "error")).ok, true);
      await notebook.answers.settle({ count: notebook.count, ok: true });
      assert.ok(await notebook.problem(later), "nothing is known before");
      assert.is(await notebook.problem(first), null);
      await notebook.answers.settle({ count: notebook.count, ok: true });
      await notebook.compile("const between = 2;");
      await notebook.answers.settle({ count: notebook.count, ok: true });
      assert.is(await notebook.problem(later), null);
    }, FILES));
test("go with the session", () =>
  withNotebook(async (notebook) => {
    await notebook.compile("import './aug.ts';");
    await notebook.answers.settle({ count: 1, ok: true });
    await notebook.answers.reset({});
    assert.match((await notebook.problem("[1].second()"))!, /^TS2339/);
  }, FILES));
test.run();
