import { test } from "uvu";
import * as assert from "uvu/assert";
import { sameScript } from "../../src/export/same-script.js";

/** What formatters do to code: none of it counts. */
const SAME: readonly (readonly [what: string, a: string, b: string])[] = [
  ["layout", "const a = { b: 1 };", "const a = {\n    b: 1,\n}\n"],
  ["quotes", "const a = 'it\\'s';", 'const a = "it\'s";'],
  ["quotes of a template without parts", "const a = `x`;", 'const a = "x";'],
  ["semicolons", "a()\nb()", "a();\nb();"],
  ["a leading semicolon", "a();\n[1].map(b);", "a()\n;[1].map(b)"],
  ["brackets around one parameter", "x.map((a) => a);", "x.map(a => a);"],
  ["brackets that change nothing", "const a = (1 * 2) + 3;", "const a = 1 * 2 + 3;"],
  ["a trailing comma", "f(a, b);", "f(\n  a,\n  b,\n);"],
  ["a leading bar of a union", "type A = 1 | 2;", "type A =\n  | 1\n  | 2;"],
  ["numbers", "const a = 0XAB + 1.50 + .5;", "const a = 0xab + 1.5 + 0.5;"],
  [
    "the order of imports",
    'import a from "a";\nimport { c, b } from "b";',
    'import { b, c } from "b";\nimport a from "a";',
  ],
  ["CRLF", "a();\nb();\n", "a();\r\nb();\r\n"],
  ["the place of a comment", "a(); // why\nb();", "// why\na();\nb();"],
  ["the indentation of a comment", "/**\n * A.\n */\nconst a = 1;", "/**\n   * A.\n   */\nconst a = 1;"],
];
for (const [what, a, b] of SAME)
  test(`sameScript() does not count ${what}`, () => {
    assert.ok(sameScript(a, b, "clean"));
  });

const OTHER: readonly (readonly [what: string, a: string, b: string])[] = [
  ["a name", "const a = 1;", "const b = 1;"],
  ["a number", "const a = 1;", "const a = 2;"],
  ["a text", 'const a = "x";', 'const a = "x ";'],
  ["a keyword", "const a = 1;", "let a = 1;"],
  ["brackets that count", "const a = (1 + 2) * 3;", "const a = 1 + 2 * 3;"],
  ["an operator", "const a = 1 | 2;", "const a = 1 & 2;"],
  ["the order of statements", "a();\nb();", "b();\na();"],
  ["a type", "let a: string;", "let a: number;"],
  ["what a comment says", "// one\na();", "// two\na();"],
  ["a comment more", "a();", "a(); // more"],
  ["await", "await a();", "a();"],
  ["what does not parse", "const a = 1;", "const a = ;"],
];
for (const [what, a, b] of OTHER)
  test(`sameScript() counts ${what}`, () => {
    assert.not.ok(sameScript(a, b, "clean"));
  });

test("sameScript() compares percent scripts by cell", () => {
  const script =
    '// ---\n// jupyter:\n//   kernelspec: {"name":"cellar"}\n// ---\n\n// %% id="a"\nconst a = {b: 1}\n\n// %% [markdown] id="b"\n// # T\n';
  assert.ok(sameScript(script, script.replace("{b: 1}", "{ b: 1 };\n"), "percent"));
  assert.not.ok(sameScript(script, script.replace("# T", "# U"), "percent"));
  assert.not.ok(sameScript(script, script.replace('id="a"', 'id="c"'), "percent"));
});
test.run();
