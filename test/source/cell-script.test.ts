import vm from "node:vm";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type CellOptions, type CellScript, cellScript } from "../../src/source/cell-script.js";
import { NotebookScope } from "../../src/source/notebook-scope.js";
import { noteSource, sourceNoteOf } from "../../src/source/source-note.js";

/** A session in small: cells evaluated one after another, as the kernel's session does. */
function session(modules: { readonly [specifier: string]: object } = {}) {
  const notebook = new NotebookScope();
  const scope = notebook.names as Record<string, unknown>;
  const inFunctions = { read: new Set<string>(), written: new Set<string>() };
  const values = new Set<string>();
  const imports = new Map<string, string>();
  const load = Object.assign(async (specifier: string) => modules[specifier] ?? (await import(specifier)), {
    resolve: (specifier: string) => new URL(specifier, "file:///folder/").href,
  });
  const requireIt = (specifier: string) => `required ${specifier}`;
  return {
    scope,
    compile(js: string, options: Partial<CellOptions> = {}): CellScript {
      const hasResult = !js.trimEnd().endsWith(";");
      return cellScript(js, {
        filename: "/folder/cell-1.ts",
        hasResult,
        earlier: { values, imports, inFunctions },
        ...options,
      });
    },
    async run(js: string, options: Partial<CellOptions> = {}): Promise<unknown> {
      const cell = this.compile(js, options);
      const call = vm.runInThisContext(cell.code, { filename: "/folder/cell-1.ts" });
      const bindings = notebook.begin();
      const result = await call(bindings, load, requireIt, noteSource).catch((error: unknown) => {
        for (const name of bindings.undo()) values.add(name);
        throw error;
      });
      for (const name of cell.names) values.add(name);
      for (const name of cell.inFunctions.read) inFunctions.read.add(name);
      for (const name of cell.inFunctions.written) inFunctions.written.add(name);
      for (const [name, from] of cell.imports) imports.set(name, from);
      return result?.value;
    },
  };
}

const result = suite("cellScript() runs");
const CASES: readonly (readonly [title: string, cells: readonly string[], value: unknown])[] = [
  ["an expression", ["1 + 1"], 2],
  ["nothing to a value after a semicolon", ["1 + 1;"], undefined],
  ["a string as the only statement", ["'use me'"], "use me"],
  ["a sequence as one value", ["1, 2"], 2],
  ["an object literal in parentheses", ["({ a: 1 })"], { a: 1 }],
  ["top-level await", ["const a = await Promise.resolve(3);", "a"], 3],
  ["let, const and var", ["let a = 1; const b = a + 1; var c = b + 1;", "[a, b, c]"], [1, 2, 3]],
  ["a let without a value", ["let a = 1;", "let a;", "a"], undefined],
  ["a var without a value", ["var a = 1;", "var a, b = 2;", "[a, b]"], [undefined, 2]],
  ["a var in a block", ["if (true) { var a = 4; }", "a"], 4],
  ["a for loop's var", ["for (var i = 0, n = 3; i < n; i++) {}", "[i, n]"], [3, 3]],
  ["a for loop's empty var", ["for (var i; false; ) {}", "i"], undefined],
  ["a for-of loop's var", ["for (var k of [1, 2]) {}", "k"], 2],
  ["a for-of loop's pattern", ["for (var { a } of [{ a: 7 }]) {}", "a"], 7],
  ["a for-in loop's var", ["for (var key in { x: 1 }) {}", "key"], "x"],
  ["a for loop's let as its own", ["let i = 9; for (let i = 0; i < 2; i++) {}", "i"], 9],
  [
    "object patterns",
    ["const { a, b: { c = 5, ...d }, ...e } = { a: 1, b: { x: 2 }, y: 3 };", "[a, c, d, e]"],
    [1, 5, { x: 2 }, { y: 3 }],
  ],
  ["array patterns", ["const [a, , b = 2, ...c] = [1, 0, undefined, 3, 4];", "[a, b, c]"], [1, 2, [3, 4]]],
  ["several patterns", ["const { a } = { a: 1 }, { b } = { b: a + 1 };", "[a, b]"], [1, 2]],
  ["a pattern in a var of an if", ["if (true) var { a } = { a: 1 };", "a"], 1],
  ["assignment patterns", ["let a, b;", "({ a, b: b = 3 } = { a: 1 }); [a, b]"], [1, 3]],
  ["a default that names itself", ["let a = 1;", "let b; ({ a, b = a } = { a: 2 }); [a, b]"], [2, 2]],
  ["swapping", ["let a = 1, b = 2;", "[a, b] = [b, a]; [a, b]"], [2, 1]],
  ["update and compound assignment", ["let a = 1;", "a++; --a; a += 5; a ??= 1; a"], 6],
  ["shorthand properties", ["const a = 1;", "({ a })"], { a: 1 }],
  ["typeof of what is not there", ["typeof nothing"], "undefined"],
  ["typeof of a binding", ["const a = 1;", "typeof a"], "number"],
  ["a call without a receiver", ["function f() { return this; }", "f()"], undefined],
  ["an optional call", ["let f;", "f?.()"], undefined],
  [
    "a tagged template without a receiver",
    ["function t(parts) { return [this, parts[0]]; }", "t`x`"],
    [undefined, "x"],
  ],
  ["template literals", ["const a = 1;", ["`", "{a}-", "{`", "{a}`}`"].join("$")], "1-1"],
  ["a function before its line", ["const a = f(); function f() { return 3; }", "a"], 3],
  ["recursion", ["function f(n) { return n ? n * f(n - 1) : 1; }", "f(5)"], 120],
  ["a generator", ["function* g() { yield 1; yield 2; }", "[...g()]"], [1, 2]],
  ["an async function", ["async function f() { return 1; }", "await f()"], 1],
  [
    "a class with statics",
    ["const base = 1; class A { static n = base; m() { return new A().constructor === A; } }", "[A.n, new A().m()]"],
    [1, true],
  ],
  [
    "a class that extends an earlier one",
    ["class A { a = 1; }", "class B extends A { b = 2; }", "({ ...new B() })"],
    { a: 1, b: 2 },
  ],
  ["new", ["class A { constructor(n) { this.n = n; } }", "new A(2).n"], 2],
  [
    "names of functions and classes",
    [
      "const f = () => {}, C = class {}; function g() {} class D {} let h; h = function () {};",
      "[f, C, g, D, h].map((x) => x.name)",
    ],
    ["f", "C", "g", "D", "h"],
  ],
  ["names from defaults", ["const { f = () => {} } = {};", "f.name"], "f"],
  ["parameters that shadow", ["const a = 1;", "((a) => a)(2)"], 2],
  ["inner names that shadow", ["const a = 1;", "(() => { const a = 5; return { a }; })()"], { a: 5 }],
  ["catch parameters that shadow", ["const e = 1;", "try { throw 2; } catch (e) { var seen = e; } [e, seen]"], [1, 2]],
  ["labels and properties of the same name", ["const a = 1;", "a: for (;;) { break a; } ({ a: 2 }).a + a"], 3],
  ["a user's own $", ["const $ = (x) => x + 1;", "const y = 5;", "[1].map(($) => $ + y)[0] + $(1)"], 8],
  ["a user's own $ beside others", ["const a = 1; const $ = 2; const f = ($) => $ + a;", "f(1) + $"], 4],
  ["require", ["require('x')"], "required x"],
  ["dynamic import", ["(await import('node:path')).sep"], "/"],
  ["the names of CommonJS", ["[__dirname, __filename, typeof toString]"], ["/folder", "/folder/cell-1.ts", "function"]],
  [
    "import.meta",
    ["[import.meta.url, import.meta.filename, import.meta.resolve('./a.js')]"],
    ["file:///folder/cell-1.ts", "/folder/cell-1.ts", "file:///folder/a.js"],
  ],
  [
    "exports",
    [
      "export const a = 1; export function f() { return 2; } export class A {} export { a as b };",
      "[a, f(), typeof A]",
    ],
    [1, 2, "function"],
  ],
  ["export default of an expression", ["export default 5"], 5],
  ["export default of a function", ["export default function f() { return 1; }", "f()"], 1],
  ["a default import", ["import path from 'node:path';", "path.sep"], "/"],
  ["named imports", ["import { sep, sep as other } from 'node:path';", "[sep, other]"], ["/", "/"]],
  ["a namespace import", ["import * as path from 'node:path';", "path.sep"], "/"],
  ["a default and named imports", ["import path, { sep } from 'node:path';", "path.sep === sep"], true],
  ["an import below its use", ["const s = sep;\nimport { sep } from 'node:path';\n", "s"], "/"],
  [
    "a compiler's enum, anew each time",
    ["const E = { old: 1 };", "var E; (function (E) { E[E['A'] = 0] = 'A'; })(E || (E = {}));", "E"],
    { 0: "A", A: 0 },
  ],
  ["a comment as the last line", ["1 + 1 // two"], 2],
];
for (const [title, cells, value] of CASES)
  result(title, async () => {
    const { run, ...rest } = session();
    let last: unknown;
    for (const js of cells) last = await run.call({ run, ...rest }, js, { hasResult: !/;\s*$/.test(js) });
    assert.equal(last, value);
  });
result.run();

const redeclared = suite("cellScript() declares again");
const KINDS: { readonly [kind: string]: (value: string) => string } = {
  const: (value) => `const it = () => ${value};`,
  let: (value) => `let it = () => ${value};`,
  var: (value) => `var it = () => ${value};`,
  function: (value) => `function it() { return ${value}; }`,
  "async function's name": (value) => `function it() { return ${value}; } async function other() {}`,
  class: (value) => `class it { static call() { return ${value}; } }`,
  pattern: (value) => `const { it } = { it: () => ${value} };`,
  import: (value) => `import { give${value} as it } from "values";`,
};
const values = { give1: () => 1, give2: () => 2 };
for (const [from, first] of Object.entries(KINDS))
  for (const [to, second] of Object.entries(KINDS))
    redeclared(`${from} as ${to}, seen by an old closure`, async () => {
      const cells = session({ values });
      const call = "(typeof it === 'function' && /^class/.test(String(it)) ? it.call() : it())";
      await cells.run(first("1"));
      await cells.run(`const old = () => ${call};`);
      assert.is(await cells.run("old()"), 1);
      await cells.run(second("2"));
      assert.is(await cells.run("old()"), 2);
    });
redeclared("and puts earlier bindings back when the cell throws", async () => {
  const cells = session();
  await cells.run("let a = 1; function f() { return 'old'; }");
  await cells.run("let a = 2; function f() { return 'new'; } throw new Error('no');").then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, "no"),
  );
  assert.equal(await cells.run("[a, f()]"), [1, "old"]);
});
redeclared("and keeps what a throwing cell bound for the first time, no more", async () => {
  const cells = session();
  const failing =
    "const a = 1, { b } = { b: 2 }; class C {} let d; function e() {} throw new Error('no'); const z = 3;";
  await cells.run(failing).catch(() => {});
  assert.equal(await cells.run("[a, b, typeof C, d, typeof e, typeof z]"), [
    1,
    2,
    "function",
    undefined,
    "function",
    "undefined",
  ]);
});
redeclared("but keeps what a throwing cell assigned to an earlier name", async () => {
  const cells = session();
  await cells.run("let a = 1;");
  await cells.run("a = 2; throw new Error('no');").catch(() => {});
  assert.is(await cells.run("a"), 2);
});
redeclared.run();

const words = suite("cellScript() leaves errors in the cell's words");
const WRONG: readonly (readonly [code: string, message: string])[] = [
  ["bad()", "bad is not a function"],
  ["bad(1, bad)", "bad is not a function"],
  ["bad.go()", "bad.go is not a function"],
  ["bad.go(bad).on", "bad.go is not a function"],
  ["new bad()", "bad is not a constructor"],
  ["new bad.Part()", "bad.Part is not a constructor"],
  ["bad`x`", "bad is not a function"],
  ["bad?.()", "bad is not a function"],
  ["bad?.go()", "bad?.go is not a function"],
  ["for (const each of bad) {}", "bad is not iterable"],
  ["[...bad]", "bad is not iterable"],
  ["const { length } = nothing;", "Cannot destructure property 'length' of 'nothing' as it is undefined."],
  ["nothing.length", "Cannot read properties of undefined (reading 'length')"],
  ["missing()", "missing is not defined"],
  ["await bad()", "bad is not a function"],
];
for (const [code, message] of WRONG)
  for (const [where, before, own] of [
    ["of an earlier cell", ["const bad = 5; let nothing;"], code],
    ["of the cell", [], `const bad = 5; let nothing; ${code}`],
    ["in a function", ["const bad = 5; let nothing;"], `const f = async () => { ${code} }; await f();`],
    ["of an import", [], `import { bad, nothing } from "odd"; ${code}`],
  ] as const)
    words(`${code} ${where}`, async () => {
      const cells = session({ odd: { bad: 5, nothing: undefined } });
      for (const each of before) await cells.run(each);
      const error = await cells.run(own, { hasResult: false }).then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      // V8 finds no words for what it takes apart in an assignment
      const expected =
        /^const \{/.test(code) && where !== "in a function"
          ? "Cannot read properties of undefined (reading 'length')"
          : message;
      assert.is(error?.message, expected);
    });
words("of a name that is used before its line", async () => {
  const error = await session()
    .run("const f = () => late; f(); const late = 1;")
    .then(
      () => undefined,
      (thrown: Error) => thrown,
    );
  assert.is(error?.message, "Cannot access 'late' before initialization");
});
words.run();

const evaluated = suite("cellScript() with a direct eval");
const EVALS: readonly (readonly [title: string, cells: readonly string[], value: unknown])[] = [
  ["changes nothing else", ["const post1 = 4; eval('0'); const post2 = post1 + 1;", "[post1, post2]"], [4, 5]],
  ["sees names of the cell", ["const a = 2; let b = 3; function c() { return 4; } eval('a + b + c()')"], 9],
  ["sees names of earlier cells", ["let a = 2;", "eval('a + 1')"], 3],
  ["sees what they are now", ["let a = 2; function next() { a += 1; }", "next(); eval('a')"], 3],
  ["in a function", ["const a = 2;", "function f(text) { const b = 5; return eval(text); }", "f('a + b')"], 7],
  ["assigns", ["let a = 2;", "eval('a = 7');", "a"], 7],
  ["keeps its own names inside", ["eval('var inner = 1');", "typeof inner"], "undefined"],
  ["in a loop", ["let n = 0; for (let i = 0; i < 3; i++) { eval('n += i'); }", "n"], 3],
];
for (const [title, cells, value] of EVALS)
  evaluated(title, async () => {
    const each = session();
    let last: unknown;
    for (const js of cells) last = await each.run(js);
    assert.equal(last, value);
  });
evaluated.run();

const live = suite("cellScript() follows the exports of a module");
const dbm = () => {
  const module = { db: undefined as unknown, count: 0, init: () => {}, up: () => {} };
  module.init = () => (module.db = { q: () => "rows" });
  module.up = () => (module.count += 1);
  return module;
};
const FOLLOWED: readonly (readonly [title: string, cells: readonly string[], value: unknown])[] = [
  ["in the cell", ["import { db, init } from 'dbm'; await init(); db.q()"], "rows"],
  ["in a later cell", ["import { db, init } from 'dbm';", "init();", "db.q()"], "rows"],
  ["in a function", ["import { db, init } from 'dbm'; const q = () => db.q();", "init(); q()"], "rows"],
  ["by another name", ["import { db as base, init } from 'dbm'; init(); base.q()"], "rows"],
  ["in a loop", ["import { count, up } from 'dbm';", "let n = 0; while (count < 3) { up(); n++; } [n, count]"], [3, 3]],
  ["until the name is declared again", ["import { count, up } from 'dbm';", "let count = 9;", "count = 10; count"], 10],
  [
    "declared again",
    ["let count = 9; const old = () => count;", "import { count, up } from 'dbm'; up(); up();", "old()"],
    2,
  ],
];
for (const [title, cells, value] of FOLLOWED)
  live(title, async () => {
    const each = session({ dbm: dbm() });
    let last: unknown;
    for (const js of cells) last = await each.run(js);
    assert.equal(last, value);
  });
live.run();

const looping = suite("cellScript() loops over variables");
const LOOPS: readonly (readonly [title: string, cells: readonly string[], value: unknown])[] = [
  ["with what the cell counts", ["let n = 0; for (let i = 0; i < 5; i++) n += i; n"], 10],
  ["with what an earlier cell counts", ["let n = 1;", "for (let i = 0; i < 5; i++) n += i;", "n"], 11],
  [
    "nested, labelled",
    ["let n = 0; outer: for (let i = 0; i < 9; i++) { for (;;) { n++; if (n > 4) break outer; continue outer; } } n"],
    5,
  ],
  ["while and do", ["let n = 5, m = 0; while (n > 0) { n--; m += 2; } do m++; while (m < 20); [n, m]"], [0, 20]],
  ["with a var of its head", ["for (var k = 0; k < 3; k++) ; k"], 3],
  ["with a var of its body", ["for (let i = 0; i < 3; i++) { var last = i; } last"], 2],
  [
    "for of and for in",
    ["let s = ''; const list = ['a', 'b']; for (const x of list) s += x; for (const x in { c: 1 }) s += x; s"],
    "abc",
  ],
  ["into a name of an earlier cell", ["let x;", "for (x of [1, 2]) ; x"], 2],
  [
    "with functions that read and write",
    ["let n = 0; const add = (x) => { n += x; };", "for (let i = 0; i < 3; i++) { add(1); n *= 2; } n"],
    14,
  ],
  [
    "with functions made in it",
    ["let n = 1; const fs = []; for (let i = 0; i < 2; i++) fs.push(() => n + i);", "n = 5; fs.map((f) => f())"],
    [5, 6],
  ],
  [
    "with a callback that writes",
    ["let s = 0; for (const row of [[1, 2], [3]]) row.forEach((x) => { s += x; }); s"],
    6,
  ],
  ["until it throws", ["let n = 0; try { for (;;) { n++; if (n === 3) throw 0; } } catch {} n"], 3],
  [
    "with await between",
    ["let n = 0; for (let i = 0; i < 3; i++) { await null; n += i; for (let j = 0; j < 2; j++) n++; } n"],
    9,
  ],
  ["with patterns", ["let a = 1, b = 1; for (let i = 0; i < 5; i++) [a, b] = [b, a + b]; [a, b]"], [8, 13]],
];
for (const [title, cells, value] of LOOPS)
  looping(title, async () => {
    const each = session();
    let last: unknown;
    for (const js of cells) last = await each.run(js);
    assert.equal(last, value);
  });
const VARIABLES: readonly (readonly [code: string, loop: string])[] = [
  ["let acc = 0; for (let i = 0; i < 3e7; i++) acc += i % 7;", "for (let i = 0; i < 3e7; i++) acc += i % 7;"],
  ["let acc = 0; for (let i = 0; i < 9; i++) acc += Math.sqrt(i);", "for (let i = 0; i < 9; i++) acc += Math.sqrt(i);"],
  ["let k = 9; while (k > 0) k -= data[k];", "while (k > 0) k -= data[k];"],
  ["let s = 0; const f = () => 1; for (const x of data) s += x * f();", "s += x * f();"],
];
for (const [code, loop] of VARIABLES)
  looping(`and leaves the code of ${loop} as it is`, async () => {
    const cells = session();
    await cells.run("const data = [1];");
    assert.ok(cells.compile(code).code.includes(loop), cells.compile(code).code);
  });
const BINDINGS: readonly (readonly [why: string, code: string, step: string])[] = [
  ["a function sees the name", "let n = 0; const f = () => n; for (const x of [1]) n += x;", "$_n.v += x"],
  ["a function writes the name", "let n = 0; const f = () => { n = 1; }; for (const x of [1]) n;", "$_n.v"],
  ["it awaits", "let n = 0; for (const x of [1]) { await null; n += x; }", "$_n.v += x"],
  ["it has no end", "let n = 0; while (true) { n += 1; break; }", "$_n.v += 1"],
];
for (const [why, code, step] of BINDINGS)
  looping(`but not where ${why}`, () => {
    const compiled = session().compile(code).code;
    assert.ok(compiled.includes(step), compiled);
  });
looping("that fail, and keeps what they counted", async () => {
  const cells = session();
  await cells.run("let n = 0; for (;;) { n++; if (n === 3) throw new Error('no'); }").catch(() => {});
  assert.is(await cells.run("n"), 3);
});
looping.run();

const misc = suite("cellScript()");
misc("gives names and imports", () => {
  const { names, imports } = session().compile(
    "import { a as b } from 'x'; const c = 1; function f() {} for (let i;;) {}",
  );
  assert.equal([...names].sort(), ["b", "c", "f"]);
  assert.equal([...imports], [["b", "x#a"]]);
});
misc("keeps a compiler's own names inside", async () => {
  const cells = session();
  await cells.run("var _a; const x = (_a = 5, _a + 1);", { declared: new Set(["x"]) });
  assert.equal(Object.keys(cells.scope), ["x"]);
});
misc("drops imports of types", async () => {
  const cells = session();
  await cells.run("import { T } from 'no-such-module';", { typeImports: new Set(["T"]) });
  assert.equal(Object.keys(cells.scope), []);
});
misc("says which export a module lacks, when the cell uses it", async () => {
  await session({ x: { a: 1 } })
    .run("import { b } from 'x'; b;")
    .then(
      () => assert.unreachable(),
      (error: Error) => assert.is(error.message, "The requested module 'x' does not provide an export named 'b'"),
    );
});
misc("finds CommonJS exports in the default export", async () => {
  assert.is(await session({ x: { default: { b: 3 } } }).run("import { b } from 'x'; b"), 3);
});
misc("hands import attributes on", async () => {
  assert.match(
    session().compile("import a from './a.json' with { type: 'json' };").code,
    '"./a.json", { with: { "type": "json" } }',
  );
});
misc("@throws {SyntaxError} with a position", () => {
  assert.throws(
    () => session().compile("const = 1"),
    (error: SyntaxError & { pos: number }) => error.pos === 6,
  );
});
misc("notes the sources of tasks and top-level functions", async () => {
  const cells = session({ cellar: { task: (_name: string, run: object) => run } });
  await cells.run("import { task } from 'cellar'; import { sep } from 'node:path'; const limit = 3;");
  await cells.run("const double = (n) => n * 2; function half(n) { return n / 2; } class Box {}");
  const run = await cells.run("task('t', (n) => double(n) + limit + sep.length)");
  const note = sourceNoteOf(run as object)!;
  assert.is(note.text, "n => double(n) + limit + sep.length");
  assert.equal(note.imports, { sep: "node:path#sep" });
  assert.equal(note.references(), { double: cells.scope.double, limit: 3 });
  assert.is(sourceNoteOf(cells.scope.double as object)?.text, "n => n * 2");
  assert.is(sourceNoteOf(cells.scope.Box as object)?.text, "class Box {}");
  assert.is((cells.scope.double as { name: string }).name, "double");
  await cells.run("const limit = 4;");
  assert.equal(note.references().limit, 4);
});
misc("does not note what another function named task is given", async () => {
  const cells = session();
  const run = await cells.run("const task = (run) => run; task((n) => n)");
  assert.is(sourceNoteOf(run as object), undefined);
});
misc.run();
