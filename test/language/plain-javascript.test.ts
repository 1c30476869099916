import { test } from "uvu";
import * as assert from "uvu/assert";

import ts = require("typescript");

import { cellParts } from "../../kernel/language/cell-parts.js";
import { plainJavaScript } from "../../kernel/language/plain-javascript.js";

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  useDefineForClassFields: true,
};
const plainOf = (text: string, options = OPTIONS) => plainJavaScript(cellParts(text, false), options, "/cell-1.ts");

const AS_IT_IS = [
  "",
  "1+1",
  "1 + 1 // a sum",
  "const a = 1; a",
  "const a = 1;\nfor (const b of [a]) console.log(b);",
  'import { readFileSync } from "node:fs";\nreadFileSync("a");',
  "class A { x = 1; #y = 2; static { A.z = 3; } }",
  "const { a, ...rest } = await f(); a?.b ?? rest",
  "label: for (;;) { break label; }",
];
for (const text of AS_IT_IS)
  test(`plainJavaScript() takes ${JSON.stringify(text)} as it is`, () => {
    assert.equal(plainOf(text), { code: text, map: undefined });
  });

const ENDED: [text: string, code: string][] = [
  ["const a = 1\nlet b = 2\na + b", "const a = 1;\nlet b = 2;\na + b"],
  ["a = 1 // one\nb", "a = 1; // one\nb"],
  ["function f() { return 1 }\nf()", "function f() { return 1; }\nf()"],
  ['import fs from "node:fs"\nfs', 'import fs from "node:fs";\nfs'],
  ["do { a() } while (b)\nc", "do { a(); } while (b);\nc"],
  ["const f = () => { throw a }", "const f = () => { throw a; };"],
  ["export { a }\nexport default 1", "export { a };\nexport default 1"],
  ["if (a) b()\nelse c()", "if (a) b();\nelse c();"],
];
for (const [text, code] of ENDED)
  test(`plainJavaScript() ends the statements of ${JSON.stringify(text)}`, () => {
    const plain = plainOf(text)!;
    assert.is(plain.code, code);
    const { sources, sourcesContent } = JSON.parse(plain.map!) as { sources: string[]; sourcesContent: string[] };
    assert.equal([sources, sourcesContent], [["/cell-1.ts"], [text]]);
  });

const COMPILED = [
  "const a: number = 1",
  "a as string",
  "a!",
  "f<number>(1)",
  "interface A {}",
  "enum E { A }",
  "namespace N { export const a = 1 }",
  "class A { private x = 1 }",
  "class A { constructor(public x) {} }",
  "class A { accessor x = 1 }",
  "@d class A {}",
  "<a/>",
  "using a = b",
  'import type { A } from "a"',
  'import { type A, b } from "a"',
  "export type { A }",
  "export { type A }",
  'import a = require("a")',
  "export = 1",
];
for (const text of COMPILED)
  test(`plainJavaScript() leaves ${JSON.stringify(text)} to the compiler`, () => {
    assert.is(plainOf(text), undefined);
  });

test("plainJavaScript() leaves what an older target or other class fields would rewrite to the compiler", () => {
  assert.is(plainOf("a ?? b", { ...OPTIONS, target: ts.ScriptTarget.ES2019 }), undefined);
  const assigned = { ...OPTIONS, useDefineForClassFields: false };
  assert.is(plainOf("class A { x = 1 }", assigned), undefined);
  assert.ok(plainOf("a ?? b", assigned));
});

test("plainJavaScript() gives what the compiler prints, but for layout", () => {
  const printed = (code: string) =>
    ts.transpileModule(code, { compilerOptions: { ...OPTIONS, removeComments: true } }).outputText;
  for (const text of [...AS_IT_IS, ...ENDED.map(([each]) => each)])
    assert.is(printed(plainOf(text)!.code), printed(text), text);
});

test.run();
