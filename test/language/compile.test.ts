import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sharedNotebook, withNotebook } from "./notebook.js";

const running = suite("compile() makes cells that run");
const runner = sharedNotebook(running);
const CASES: readonly (readonly [title: string, cells: readonly string[], value: unknown])[] = [
  ["an expression", ["1 + 1"], 2],
  ["nothing after a semicolon", ["1 + 1;"], undefined],
  ["an expression with a type assertion", ["const a: unknown = 1;", "(a as number) + 1"], 2],
  ["a comment after the last expression", ["1 + 1 // two"], 2],
  ["a string as the only statement", ["'text'"], "text"],
  ["top-level await", ["const a = await Promise.resolve(5);", "a + 1"], 6],
  ["an interface of an earlier cell", ["interface P { a: number }", "const p: P = { a: 1 };", "p.a"], 1],
  ["a generic function", ["function first<T>(xs: readonly T[]): T | undefined { return xs[0]; }", "first([7])"], 7],
  ["an enum", ["enum Colour { Red, Green = 5 }", "const c: Colour = Colour.Green;", "c"], 5],
  ["an enum declared again", ["enum E { A, B }", "enum E { C }", "Object.keys(E)"], ["0", "C"]],
  ["a const enum", ["const enum E { A = 3 }", "E.A"], 3],
  ["a namespace", ["namespace N { export const a = 1; export type T = number; }", "const t: N.T = N.a; t"], 1],
  ["parameter properties", ["class A { constructor(readonly a: number) {} }", "new A(4).a"], 4],
  ["private names", ["class A { #a = 1; get a() { return this.#a; } }", "new A().a"], 1],
  ["assigning to an earlier let", ["let a = 1;", "a = 2; a += 1;", "a"], 3],
  ["narrowing an earlier let", ["let a: string | number = 1 as string | number;", "a = 'x'; a.length"], 1],
  ["satisfies", ["const a = { b: 1 } satisfies Record<string, number>;", "a.b"], 1],
  ["a type-only import", ["import type { Stats } from 'node:fs';", "const s: Stats | null = null; s"], null],
  [
    "a type imported without type",
    ["import { Stats, type Dirent, existsSync } from 'node:fs';", "const s: Stats[] = []; [s.length, existsSync('/')]"],
    [0, true],
  ],
  [
    "an import of an earlier cell",
    ["import path, { sep } from 'node:path'; import * as all from 'node:path';", "[path.sep, sep, all.sep]"],
    ["/", "/", "/"],
  ],
  [
    "a name of the platform declared again",
    ["import { setTimeout } from 'node:timers/promises';", "const r: string = await setTimeout(1, 'x'); r"],
    "x",
  ],
  ["process, imported", ["import process from 'node:process';", "process.pid > 0"], true],
  [
    "destructuring with types",
    ["const { a, ...rest }: { a: number; b: string } = { a: 1, b: 'x' };", "[a, rest]"],
    [1, { b: "x" }],
  ],
  [
    "a decorator",
    [
      "const seen: string[] = []; function log(_: unknown, c: ClassDecoratorContext) { seen.push(String(c.name)); }",
      "@log class A { static n = 1 }",
      "[seen, A.n]",
    ],
    [["A"], 1],
  ],
  [
    "a function's overloads",
    [
      "function f(a: number): number; function f(a: string): string; function f(a: number | string) { return a; }",
      "f('x').length",
    ],
    1,
  ],
  ["a symbol key", ["const key: unique symbol = Symbol('k'); const o = { [key]: 1 };", "o[key]"], 1],
  ["declare without a value", ["declare const nothing: number;", "typeof nothing"], "undefined"],
];
for (const [title, cells, value] of CASES)
  running(title, async () => {
    const notebook = runner();
    let last: unknown;
    for (const cell of cells) last = await notebook.run(cell);
    assert.equal(last, value);
  });
running.run();

const redeclaring = suite("compile() lets names be declared again");
const declarer = sharedNotebook(redeclaring);
const KINDS: { readonly [kind: string]: { readonly code: string; readonly type: string; readonly value?: unknown } } = {
  const: { code: "const it = 1;", type: "typeof it", value: "number" },
  let: { code: "let it = 'text';", type: "typeof it", value: "string" },
  var: { code: "var it = true;", type: "typeof it", value: "boolean" },
  function: { code: "function it() { return 1; }", type: "ReturnType<typeof it>", value: "function" },
  class: { code: "class it { a = 1 }", type: "it", value: "function" },
  enum: { code: "enum it { A }", type: "it", value: "object" },
  namespace: { code: "namespace it { export const a = 1; }", type: "typeof it.a", value: "object" },
  interface: { code: "interface it { b: number }", type: "it" },
  type: { code: "type it = { c: string };", type: "it" },
  import: { code: "import { join as it } from 'node:path';", type: "typeof it", value: "function" },
  pattern: { code: "const { it } = { it: 10n };", type: "typeof it", value: "bigint" },
};
for (const [from, first] of Object.entries(KINDS))
  redeclaring(`${from} as every kind`, async () => {
    const notebook = declarer();
    for (const [to, second] of Object.entries(KINDS)) {
      await notebook.run(first.code);
      if (first.value) await notebook.run("const old = () => typeof it;");
      await notebook.run(second.code);
      await notebook.run(`declare const typed: ${second.type};`);
      if (!second.value) continue;
      assert.is(await notebook.run("typeof it"), second.value, `${from} to ${to}`);
      if (first.value) assert.is(await notebook.run("old()"), second.value, `${from} to ${to} in an old closure`);
    }
  });
redeclaring("and values keep the type of their time", () =>
  withNotebook(async (notebook) => {
    await notebook.run("interface P { a: number }");
    await notebook.run("const p: P = { a: 1 };");
    await notebook.run("interface P { b: string }");
    assert.is(await notebook.run("p.a"), 1);
    assert.match(
      (await notebook.problem("const q: P = p;"))!,
      /^TS2741 in cell \[\d+\] line 1:7: Property 'b' is missing/,
    );
  }),
);
redeclaring("and a cell that fails leaves the earlier name and its type", () =>
  withNotebook(async (notebook) => {
    await notebook.run("let a = 1;");
    await notebook
      .run("let a = 'text'; throw new Error('no');")
      .catch((error: Error) => assert.is(error.message, "no"));
    assert.is(await notebook.run("a.toFixed(1)"), "1.0");
  }),
);
redeclaring("and after a reset nothing is visible", () =>
  withNotebook(async (notebook) => {
    await notebook.run("const a = 1;");
    await notebook.answers.reset({});
    assert.match((await notebook.problem("a"))!, /^TS2304/);
  }),
);
redeclaring.run();

const ASSIGNED: readonly (readonly [declared: string, problem: string])[] = [
  ["const it = 1;", "TS2588 in cell [2] line 1:1: Cannot assign to 'it' because it is a constant."],
  ["function it() {}", "TS2630 in cell [2] line 1:1: Cannot assign to 'it' because it is a function."],
  ["class it {}", "TS2629 in cell [2] line 1:1: Cannot assign to 'it' because it is a class."],
  ["enum it { A }", "TS2628 in cell [2] line 1:1: Cannot assign to 'it' because it is an enum."],
  [
    "namespace it { export const a = 1; }",
    "TS2631 in cell [2] line 1:1: Cannot assign to 'it' because it is a namespace.",
  ],
  [
    "import { sep as it } from 'node:path';",
    "TS2632 in cell [2] line 1:1: Cannot assign to 'it' because it is an import.",
  ],
];
const assigning = suite("compile() refuses to assign to an earlier");
const assigner = sharedNotebook(assigning);
for (const [declared, problem] of ASSIGNED)
  assigning(declared, async () => {
    await assigner().run(declared);
    assert.is(await assigner().problem("it = 2 as never;"), problem);
  });
assigning.run();

const words = suite("compile() speaks of cells and files, never of its own");
words("where types of two cells share a name", () =>
  withNotebook(async (notebook) => {
    await notebook.run("interface P { a: number }\nconst p: P = { a: 1 }; const all: P[] = [p];");
    const said = await notebook.problem("interface P { a: string }\nconst q: P[] = all;");
    assert.is(said, "TS2322 in cell [2] line 2:7: Type 'P[]' is not assignable to type 'P (of this cell)[]'.");
  }),
);
words("where a local module's type shares a name", () =>
  withNotebook(
    async (notebook) => {
      const said = await notebook.problem(
        "import { list } from './lib/p.ts';\ninterface P { a: string }\nconst q: P[] = list;",
      );
      assert.is(
        said,
        "TS2322 in cell [1] line 3:7: Type 'P (of ./lib/p)[]' is not assignable to type 'P (of this cell)[]'.",
      );
      assert.match((await notebook.problem("type Q = import('./lib/p.ts').Nope;"))!, /Namespace '"\.\/lib\/p"' has no/);
    },
    { "lib/p.ts": "export interface P { a: number }\nexport const list: P[] = [];" },
  ),
);
words("and names the command for a missing package, not for an alias that leads nowhere", () =>
  withNotebook(
    async (notebook) => {
      assert.match((await notebook.problem("import 'absent/deep';"))!, /To install it: %npm install absent$/);
      assert.match((await notebook.problem("import { a } from '@scope/absent/deep';"))!, /npm install @scope\/absent$/);
      assert.not.match((await notebook.problem("import { a } from '@/absent';"))!, /npm install/);
    },
    { "tsconfig.json": '{ "compilerOptions": { "paths": { "@/*": ["./lib/*"] } } }' },
  ),
);
words("and names the import of what cellar exports", () =>
  withNotebook(async (notebook) => {
    const said = await notebook.problem("const load = task('load', () => 1);");
    assert.is(
      said,
      "TS2304 in cell [1] line 1:14: Cannot find name 'task'. To import it: import { task } from \"cellar\"",
    );
  }),
);
words.run();

const checking = suite("compile() checks");
const checker = sharedNotebook(checking);
const PROBLEMS: readonly (readonly [title: string, code: string, problem: string | null])[] = [
  [
    "types",
    "const a = 1;\n\n  const b: string = a;",
    "TS2322 in cell [1] line 3:9: Type 'number' is not assignable to type 'string'.",
  ],
  ["names", "nothing", "TS2304 in cell [1] line 1:1: Cannot find name 'nothing'."],
  ["how many more there are", "one; two; three", "TS2304 in cell [1] line 1:1: Cannot find name 'one'. (and 2 more)"],
  ["syntax", "const = 1", "TS1134 in cell [1] line 1:7: Variable declaration expected. (and 1 more)"],
  [
    "modules",
    "import a from 'no-such-module';",
    "TS2307 in cell [1] line 1:15: Cannot find module 'no-such-module' or its corresponding type declarations. To install it: %npm install no-such-module",
  ],
  ["no annotations", "function f(a, ...b) { this.c = a; return [b, arguments]; }\nclass C { d: number }", null],
  [
    "no wish for annotations",
    "const { e, f = 1 } = JSON.parse('{}'); const g = []; g.push(e); try { g } catch (h) { h.i; }",
    null,
  ],
  [
    "fields that only a constructor assigns",
    "class A { constructor(b) { this.b = b; } }\nnew A(1).b + new A(2).b",
    null,
  ],
  ["objects that are filled later", "const o = {}; o.a = 1; o['b'] = o.a; for (const k in o) o[k];", null],
  [
    "fields that nobody assigns",
    "class A {}\nnew A().b",
    "TS2339 in cell [1] line 2:9: Property 'b' does not exist on type 'A'.",
  ],
  [
    "return at the top",
    "const a = 1;\nreturn a;",
    "TS1108 in cell [1] line 2:1: A 'return' statement can only be used within a function body.",
  ],
  ["nothing of an unused expression", "1, 2;", null],
  ["nothing of a floating promise", "Promise.resolve(1);", null],
  ["nothing of an unused name", "const a = 1; function f(b: number) {}", null],
  ["nothing of code that is not reached", "throw new Error(); 1;", null],
  ["nothing after @ts-nocheck", "// @ts-nocheck\nconst a: string = 1;", null],
  ["nothing after typecheck off", "//! typecheck off\nconst a: string = 1;", null],
  ["what the session gives", "display(1); clear(); const a: string = await prompt(); html`<b>`; a", null],
  [
    "what the platform gives",
    "console.log(process.pid, Buffer.from('a'), setTimeout(() => {}, 1), fetch, URL, structuredClone)",
    null,
  ],
  ["require", "const a = require('node:fs'); a", null],
  ["import.meta", "[import.meta.url, import.meta.dirname]", null],
];
for (const [title, code, problem] of PROBLEMS)
  checking(title, async () => assert.is(await checker().problem(code), problem));
checking("against our own library, whatever the folder", async () => {
  const notebook = checker();
  const settled = async (code: string): Promise<void> => {
    const cell = await notebook.compile(code);
    assert.is(cell.ok ? "" : cell.error.evalue, "");
    await notebook.answers.settle({ count: notebook.count, ok: true });
  };
  await settled("import { task } from 'cellar';");
  await settled("const double = task('double', async (n: number) => ({ twice: 2 * n }));");
  await settled("const call = double(2);");
  assert.is(
    await notebook.problem("const wrong: number = await call;"),
    "TS2322 in cell [4] line 1:7: Type '{ twice: number; }' is not assignable to type 'number'.",
  );
  const cell = await notebook.compile("task('again', (n: number) => n + 1);");
  assert.match(cell.ok ? cell.js : "", /\$source\(\((\/\*.*?\*\/)?n\) => n \+ 1, "n => n \+ 1"/);
});
checking("at level warn and runs", () =>
  withNotebook(async (notebook) => {
    const cell = await notebook.compile("const a: string = 1;", "warn");
    assert.ok(cell.ok);
    assert.match(cell.warnings.join(), /TS2322/);
    const own = await notebook.compile("//! typecheck warn\nconst a: string = 1;");
    assert.ok(own.ok && own.warnings.length === 1);
  }),
);
checking("nothing at level off, and later cells know the types", () =>
  withNotebook(async (notebook) => {
    await notebook.run("const a: string = 1 as never; const b = (x: number) => [x];", "off");
    assert.is(await notebook.problem("a.length; b(1)[0]!.toFixed()"), null);
    assert.match((await notebook.problem("b('x')"))!, /^TS2345/);
  }),
);
checking("syntax at level off", () =>
  withNotebook(async (notebook) => {
    const cell = await notebook.compile("const a = 1;\nreturn a;", "off");
    assert.is(cell.ok ? null : cell.error.evalue, "SyntaxError in cell [1] line 2:1: 'return' outside of function");
  }),
);
checking("and shows a code frame", () =>
  withNotebook(async (notebook) => {
    const cell = await notebook.compile("const a = 1;\nconst b: string = a;\nb;");
    assert.is.not(cell.ok, true);
    const plain = cell.ok ? "" : stripVTControlCharacters(cell.error.traceback.join("\n"));
    assert.is(
      plain,
      [
        "TS2322 in cell [1] line 2:7: Type 'number' is not assignable to type 'string'.",
        "  1 | const a = 1;",
        "> 2 | const b: string = a;",
        "    |       ^",
        "  3 | b;",
        "To run the cell all the same, write as its first line: //! typecheck warn",
      ].join("\n"),
    );
    assert.is(cell.ok ? "" : cell.error.ename, "TypeCheckError");
  }),
);
checking("local modules, as they are now", () =>
  withNotebook(async (notebook) => {
    const file = join(notebook.folder, "local.ts");
    writeFileSync(file, "export const a: number = 1; export interface T { x: number }");
    assert.is(await notebook.problem("import { a, type T } from './local'; a.toFixed(); const t: T = { x: a };"), null);
    assert.is(await notebook.problem("import { a } from './local.ts'; a.toFixed()"), null);
    writeFileSync(file, "export const a: string = 'now a text';");
    assert.match((await notebook.problem("import { a } from './local'; a.toFixed()"))!, /^TS2551/);
  }),
);
checking("values whose types come from local modules, in later cells", () =>
  withNotebook(async (notebook) => {
    writeFileSync(
      join(notebook.folder, "shape.ts"),
      "export interface Shape { n: number }\nexport const make = (): Shape => ({ n: 1 });",
    );
    const compiled = await notebook.compile("import { make } from './shape.ts'; const shape = make();", "error");
    assert.ok(compiled.ok);
    await notebook.answers.settle({ count: 1, ok: true });
    assert.is(await notebook.problem("shape.n.toFixed(); make().n.toFixed()"), null);
    assert.match((await notebook.problem("shape.m"))!, /^TS2339/);
  }),
);
checking("by the folder's tsconfig.json", () =>
  withNotebook(
    async (notebook) => {
      assert.is(await notebook.problem("const f = (a) => a;"), null);
      assert.is(await notebook.problem("import { a } from '@/local'; a.toFixed()"), null);
      assert.match((await notebook.problem("(x: number[]) => x[0].toFixed()"))!, /^TS2532/);
    },
    {
      "tsconfig.json": `{ // loose
        "compilerOptions": { "strict": false, "noUncheckedIndexedAccess": true, "strictNullChecks": true, "paths": { "@/*": ["./lib/*"] } } }`,
      "lib/local.ts": "export const a = 1;",
    },
  ),
);
checking("JSX", () =>
  withNotebook(
    async (notebook) => {
      const cell = await notebook.compile("const a = <b title='x'>text</b>;\na", "off");
      assert.match(cell.ok ? cell.js : "", /\(0, \$\.h\)\("b"|h\("b"/);
    },
    { "tsconfig.json": `{ "compilerOptions": { "jsx": "react", "jsxFactory": "h" } }` },
  ),
);
checking("packages of the folder", () =>
  withNotebook(async (notebook) => {
    const folder = join(notebook.folder, "node_modules", "typed");
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, "package.json"),
      `{"name":"typed","type":"module","exports":{"types":"./i.d.ts","default":"./i.js"}}`,
    );
    writeFileSync(join(folder, "i.d.ts"), "export declare const n: number;");
    writeFileSync(join(folder, "i.js"), "export const n = 1;");
    assert.is(await notebook.problem("import { n } from 'typed'; n.toFixed()"), null);
  }),
);
checking.run();

const mapping = suite("compile() maps");
mapping("the script to the cell's lines and columns", () =>
  withNotebook(async (notebook) => {
    const code =
      "interface A { a: number }\n\nconst f = (a: A): number => {\n  // why\n  throw new Error(String(a));\n};\nf({ a: 1 });";
    const cell = await notebook.compile(code);
    assert.ok(cell.ok);
    const at = cell.js.indexOf("\n    throw new Error") + "\n    throw ".length;
    const before = cell.js.slice(0, at).split("\n");
    const map = new TraceMap(cell.map);
    const found = originalPositionFor(map, { line: before.length, column: before.at(-1)!.length });
    assert.equal([found.line, found.column], [5, 8]);
    assert.equal(map.sourcesContent, [code]);
    const call = cell.js.lastIndexOf("$_f.v)");
    const callBefore = cell.js.slice(0, call).split("\n");
    assert.is(originalPositionFor(map, { line: callBefore.length, column: callBefore.at(-1)!.length }).line, 7);
  }),
);
mapping("and names the script inside the folder", () =>
  withNotebook(async (notebook) => {
    const cell = await notebook.compile("1");
    assert.is(cell.ok && cell.filename, join(notebook.folder, "cell-1.ts"));
  }),
);
mapping.run();
