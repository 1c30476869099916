import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cellScript } from "../../src/source/cell-script.js";
import { noteSources } from "../../src/source/note-sources.js";
import { sourceNoteOf } from "../../src/source/source-note.js";

const NOTE_MODULE = new URL("../../src/source/source-note.js", import.meta.url).href;
const note = (js: string) => noteSources(js, { filename: "flow.ts", noteSourceFrom: NOTE_MODULE });

/** The module that the text is, transformed and really imported. */
async function load(js: string): Promise<Record<string, object>> {
  const folder = await mkdtemp(join(tmpdir(), "cellar-note-"));
  try {
    await writeFile(join(folder, "flow.mjs"), note(js).code);
    return await import(pathToFileURL(join(folder, "flow.mjs")).href);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const running = suite("noteSources()");
running("keeps functions, classes, names and references", async () => {
  const { double, Box, half, quarter } = await load(`
    import { sep as slash } from "node:path";
    const limit = 3;
    export const double = (n) => n * 2 + limit;
    export class Box { n = double(1); }
    export function half(n) { return double(n) / 4 + slash.length; }
    export const quarter = function () { return half; };
  `);
  assert.is(sourceNoteOf(double!)?.text, "n => n * 2 + limit");
  assert.equal(sourceNoteOf(double!)?.references(), { limit: 3 });
  assert.equal(sourceNoteOf(half!)?.references(), { double });
  assert.equal(sourceNoteOf(half!)?.imports, { slash: "node:path#sep" });
  assert.equal(sourceNoteOf(Box!)?.references(), { double });
  assert.equal(
    [double, Box, half, quarter].map((each) => (each as { name: string }).name),
    ["double", "Box", "half", "quarter"],
  );
});
running("keeps what tasks are given, also inside functions", () => {
  const { code: marked } = note(`
    import { task as job } from "cellar";
    import * as cellar from "cellar";
    export const a = job("a", (x) => x);
    export const make = (k) => cellar.task("b", (x) => x + k);
  `);
  const code = marked.replaceAll(/\/\*fn:\w+:\d+\*\//g, "");
  assert.match(code, `job("a", $source((x) => x, "x => x", () => ({}), {}))`);
  assert.match(code, `$source((x) => x + k, "x => x + k", () => ({ k }), {})`);
});
running("leaves a module without functions alone", () => {
  assert.is(note("export const a = 1;\n").code, "export const a = 1;\n");
});
running("uses another name where `$source` is taken", () => {
  assert.match(note("const $source = 1; export function f() {}").code, "noteSource as $source_");
});
running("keeps lines, and maps columns back", () => {
  const js = "export const a = () => 1;\nthrow new Error();\n";
  const { code, map } = note(js);
  assert.is(code.split("\n")[1], js.split("\n")[1]);
  assert.equal(originalPositionFor(new TraceMap(map), { line: 2, column: 6 }).column, 6);
});
running.run();

const FORMS: readonly (readonly [what: string, one: string, other: string])[] = [
  ["layout", "(a,b)=>{return a+b}", "(a, b) => {\n  return a + b;\n}"],
  ["comments", "(a) => a /* why */ + 1", "// note\n(a) => a + 1"],
  ["parentheses around a parameter", "a => a", "(a) => a"],
  ["quotes", "() => 'it\\'s'", '() => "it\'s"'],
  ["quoted property names", "() => ({ 'a': 1 })", "() => ({ a: 1 })"],
  ["number spelling", "() => 1_000 + 0xFF + 1_0n", "() => 1000 + 255 + 10n"],
  ["stray semicolons", "() => { f();; }", "() => { f(); }"],
  ["needless parentheses", "(a) => ((a) * 2)", "(a) => a * 2"],
  ["trailing commas", "() => [1, 2,]", "() => [1, 2]"],
];
const textOf = (expression: string): string => {
  const { code } = note(`export const f = ${expression};`);
  return JSON.parse(/, ("(?:[^"\\]|\\.)*"), \(\) => \(/.exec(code)![1]!);
};
const forms = suite("normalForm()");
for (const [what, one, other] of FORMS)
  forms(`is the same whatever the ${what}`, () => assert.is(textOf(one), textOf(other)));
for (const [one, other] of [
  ["() => 1", "() => 2"],
  ["() => 'a'", "() => `a`"],
  ["(a) => a.b", "(a) => a?.b"],
  ["() => /a/g", "() => /a/i"],
  ["() => ({ [a]: 1 })", "() => ({ a: 1 })"],
] as const)
  forms(`tells ${one} from ${other}`, () => assert.is.not(textOf(one), textOf(other)));
forms("is the same in a cell and in a module", () => {
  const js = `import { task } from "cellar";\nconst k = 2;\nconst t = task("t", async (n) => {\n  return n * k;\n});\n`;
  const inCell = cellScript(js, { filename: "cell-1.ts", hasResult: false }).code;
  const text = JSON.stringify("async n => {\n  return n * k;\n}");
  assert.ok(inCell.includes(text) && note(js).code.includes(text));
});
forms.run();
