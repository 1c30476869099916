import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isComplete } from "../../kernel/language/is-complete.js";

const CASES: readonly (readonly [code: string, status: string, indent?: string])[] = [
  ["", "complete"],
  ["1 + 1", "complete"],
  ["const a = 1;", "complete"],
  ["// a comment", "complete"],
  ["await f()", "complete"],
  ["for await (const a of b) {}", "complete"],
  ["const a: Map<string, number[]> = new Map();", "complete"],
  ["const f = <T,>(a: T) => a", "complete"],
  ["const a = <b>text</b>;", "complete"],
  ["const a = /[/]\\//g", "complete"],
  [["`", "{`", "{1}`}`"].join("$"), "complete"],
  ["function f() {", "incomplete", "  "],
  ["  if (a) {", "incomplete", "    "],
  ["const a = [1,", "incomplete", ""],
  ["const a = [", "incomplete", "  "],
  ["const f = () =>", "incomplete", "  "],
  ["f(", "incomplete", "  "],
  ["const a =", "incomplete", ""],
  ["1 +", "incomplete", ""],
  ["a.", "incomplete", ""],
  ["class A {\n  m() {", "incomplete", "    "],
  ["class A {\n  m() {}", "incomplete", "  "],
  ["if (a)", "incomplete", ""],
  ["try { f() }", "incomplete", ""],
  ["`text", "incomplete", ""],
  [["`text ", "{a"].join("$"), "incomplete", ""],
  ["/* a comment", "incomplete", ""],
  ["const a = <b><c></c>", "incomplete", ""],
  ["interface A {", "incomplete", "  "],
  ["@log", "incomplete", ""],
  ["const", "incomplete", ""],
  ["export", "incomplete", ""],
  ["function f()", "incomplete", ""],
  ["function f(a: string): string\nfunction f(a: unknown)", "incomplete", ""],
  ["declare function f(): void", "complete"],
  ["function f(): void;", "complete"],
  ["const text = `\n  a", "incomplete", ""],
  ["@log\nclass A {\n  @log", "incomplete", "  "],
  ["@log\nclass A {}", "complete"],
  ["a &&", "incomplete", ""],
  ["a ? b :", "incomplete", ""],
  ["const a = <b height=", "incomplete", ""],
  ["const o = {\n  a: 1,", "incomplete", "  "],
  ["switch (a) {\n  case 1:", "incomplete", "  "],
  ["import { a } from", "incomplete", ""],
  ["/[/", "invalid"],
  ["const = 1", "invalid"],
  ["}", "invalid"],
  ["f(]", "invalid"],
  ["const a = 'text", "invalid"],
  ["const a = 'text \\", "incomplete", ""],
  ["const a = /re", "invalid"],
  ["1 1", "invalid"],
  ["const a = 1 const b = 2", "invalid"],
  ["function f() { const = 1", "invalid"],
];
const table = suite("isComplete()");
for (const [code, status, indent = ""] of CASES)
  table(`calls ${JSON.stringify(code)} ${status}`, () => assert.equal(isComplete(code), { status, indent }));
table("takes JSX for JSX where the folder uses it", () => {
  assert.is(isComplete("const a = <b>text", true).status, "incomplete");
  assert.is(isComplete("const a = <b>text", false).status, "complete"); // a type assertion
});
table.run();
