/** What a source key covers: told of code as a cell, as a script of `cellar/register`, and as plain JavaScript. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import { Worker } from "node:worker_threads";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type SourceKey, sourceKeyOf } from "../../src/engine/resume/source-key.js";
import { cellScript } from "../../src/source/cell-script.js";
import { noteSources } from "../../src/source/note-sources.js";
import { NotebookScope } from "../../src/source/notebook-scope.js";
import { noteSource } from "../../src/source/source-note.js";

type Key = (code: string) => Promise<SourceKey>;
type Files = { readonly [path: string]: string };

const NOTE_SOURCE = new URL("../../src/source/source-note.js", import.meta.url).href;
/** Before the target of a link, in place of a file's text. */
const LINK = "->";
let folder: string;
let count = 0;

/** A folder that nothing was imported from yet, so that each code has files of its own. */
async function newFolder(files: Files): Promise<string> {
  const at = join(folder, String(++count));
  await mkdir(at);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(at, path, ".."), { recursive: true });
    if (text.startsWith(LINK)) await symlink(text.slice(LINK.length), join(at, path));
    else await writeFile(join(at, path), text);
  }
  return at;
}

const asCell = (files: Files): Key => {
  return async (code) => {
    const at = await newFolder(files);
    const file = join(at, "cell.mjs");
    const { code: script } = cellScript(code, { filename: file, hasResult: false });
    const notebook = new NotebookScope();
    const load = (specifier: string) => import(pathToFileURL(createRequire(file).resolve(specifier)).href);
    const call = vm.runInThisContext(script, { filename: file });
    await call(notebook.begin(), load, createRequire(file), noteSource);
    return sourceKeyOf((notebook.names as { q: () => unknown }).q);
  };
};
const imported = (files: Files, toJs: (code: string, file: string) => string): Key => {
  return async (code) => {
    const file = join(await newFolder(files), "flow.mjs");
    await writeFile(file, toJs(`${code}\nexport { q };`, file));
    const { q } = (await import(pathToFileURL(file).href)) as { q: () => unknown };
    return sourceKeyOf(q);
  };
};
const asScript = (files: Files): Key =>
  imported(files, (code, file) => noteSources(code, { filename: file, noteSourceFrom: NOTE_SOURCE }).code);
const asPlain = (files: Files): Key => imported(files, (code) => code);

const WAYS = { "a cell": asCell, "a script": asScript, "plain JavaScript": asPlain } as const;

/** Code with § where 1 and 2 make a difference: the value "q" is a task's function. */
const CARRIED: readonly (readonly [what: string, code: string, unseen?: "plain JavaScript"])[] = [
  ["a captured variable", "const make = (n) => () => n; const q = make(§);"],
  ["a captured variable two calls deep", "const make = (n) => () => () => n; const q = make(§)();"],
  ["a variable that holds it", "const make = (n) => () => n; const made = make(§); const q = made;"],
  [
    "a parameter that is normalized",
    "function make(o) { o = { n: 1, ...o }; return () => o.n; } const q = make({ n: § });",
  ],
  ["a variable of a block", "let made; for (const n of [§]) made = () => n; const q = made;"],
  ["an argument of bind", "function add(a, b) { return a + b; } const q = add.bind(null, §);"],
  ["the this of bind", "function get() { return this.n; } const q = get.bind({ n: § });"],
  ["a wrapper's function", "const retrying = (fn) => async () => fn(); const q = retrying(() => §);"],
  ["a wrapper of a wrapper", "const wrap = (fn) => () => fn(); const q = wrap(wrap(() => §));"],
  ["a factory's helper", "const help = () => §; const make = () => () => help(); const q = make();"],
  ["a factory's own helper", "const make = () => { const help = () => §; return () => help(); }; const q = make();"],
  ["a top-level value of a factory", "const n = §; const make = () => () => n; const q = make();"],
  [
    "an instance's arrow",
    "class C { constructor(n) { this.n = n; } get = () => this.n; } const q = new C(§).get;",
    "plain JavaScript",
  ],
  [
    "an arrow of a method",
    "class C { n = §; make() { return () => this.n; } } const q = new C().make();",
    "plain JavaScript",
  ],
  [
    "an arrow of a constructor",
    "function C(n) { this.n = n; this.get = () => this.n; } const q = new C(§).get;",
    "plain JavaScript",
  ],
  [
    "the instance behind a method",
    "class C { constructor(n) { this.n = n; } get() { return this.n; } } const c = new C(§); const q = () => c.get();",
  ],
  [
    "the instance of a bound method",
    "class C { constructor(n) { this.n = n; } get() { return this.n; } } const c = new C(§); const q = c.get.bind(c);",
  ],
  [
    "a private field",
    "class C { #n; constructor(n) { this.#n = n; } get() { return this.#n; } } const c = new C(§); const q = () => c.get();",
  ],
  ["a class field", "class C { n = §; } const q = () => new C().n;"],
  [
    "a static field made by a call",
    "const id = (x) => x; const C = ((n) => class { static n = id(n); })(§); const q = () => C.n;",
  ],
  [
    "a class made by a call",
    "const make = (n) => class { get() { return n; } }; const C = make(§); const q = () => new C().get();",
  ],
  ["a base class", "class B { get() { return §; } } class C extends B {} const q = () => new C().get();"],
  [
    "a base class made by a call",
    "const mixin = (n) => class { get() { return n; } }; class C extends mixin(§) {} const q = () => new C().get();",
  ],
  ["a Map of functions", "const rules = new Map([['a', (n) => n + §]]); const q = () => rules.get('a')(1);"],
  ["a Set of functions", "const rules = new Set([() => §]); const q = () => [...rules][0]();"],
  ["a list of functions", "const rules = [() => §]; const q = () => rules[0]();"],
  ["a method of an object", "const api = { get() { return §; } }; const q = () => api.get();"],
  ["a getter of an object", "const api = { get n() { return §; } }; const q = () => api.n;"],
  ["an async method", "const api = { async get() { return §; } }; const q = () => api.get();"],
  ["a computed method", "const api = { ['g' + 'et']() { return §; } }; const q = () => api.get();"],
  ["a generator", "const make = (n) => function* () { yield n; }; const q = make(§);"],
  ["a value made by a call", "const make = (n) => ({ run: () => n }); const api = make(§); const q = () => api.run();"],
  ["a value under a symbol", "const key = Symbol('k'); const api = { [key]: () => § }; const q = () => api[key]();"],
  ["a property of a function", "const q = Object.assign(() => q.n, { n: § });"],
  ["a prototype", "const api = Object.create({ get: () => § }); const q = () => api.get();"],
  ["a proxy's target", "const q = new Proxy(() => §, {});"],
  ["a proxy's handler", "const api = new Proxy({}, { get: () => § }); const q = () => api.n;"],
  [
    "a promise's value",
    "const ready = Promise.resolve({ get: () => § }); await ready; const q = async () => (await ready).get();",
  ],
  ["a default of a parameter", "const q = (n = §) => n;"],
  ["a regular expression", "const re = /a§/; const q = () => re.test('a');"],
  ["a captured Date", "const make = (at) => () => at; const q = make(new Date(§));"],
  ["captured bytes", "const make = (bytes) => () => bytes; const q = make(new Uint8Array([§]));"],
  [
    "a large captured value",
    "const make = (rows) => () => rows.length; const q = make(Array.from({ length: 50_000 }, (_, at) => at * §));",
  ],
  ["a helper of a helper", "const two = () => §; const one = () => two(); const q = () => one();"],
  [
    "functions that call each other",
    "const odd = (n) => n ? even(n - 1) : §; const even = (n) => n ? odd(n - 1) : 0; const q = () => odd(3);",
  ],
  ["a value at the top", "const n = §; const q = () => n;"],
  [
    "a value of a switch",
    "const make = (n) => { switch (n) { default: { const m = n; return () => m; } } }; const q = make(§);",
  ],
  [
    "a closure of a caught error",
    "const make = (n) => { try { throw n; } catch (e) { return () => e; } }; const q = make(§);",
  ],
  ["a nested destructuring", "const make = ({ a: [n] }) => () => n; const q = make({ a: [§] });"],
  ["a rest parameter", "const make = (...all) => () => all; const q = make(0, §);"],
];

const carried = suite("sourceKeyOf() covers");
carried.before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellar-keys-"));
});
carried.after(() => rm(folder, { recursive: true, force: true }));
for (const [way, key] of Object.entries(WAYS))
  for (const [what, code, unseen] of CARRIED)
    carried(`${what}, in ${way}`, async () => {
      const [one, again, two] = await Promise.all(["1", "1", "2"].map((n) => key({})(code.replaceAll("§", n))));
      if (unseen === way) {
        assert.match(one!.problem!, "`this` cannot be compared");
        return;
      }
      assert.is(one!.problem, null);
      assert.is.not(one!.key, null);
      assert.is(again!.key, one!.key);
      assert.is.not(two!.key, one!.key);
    });
for (const [what, code] of CARRIED)
  carried(`${what}, the same in a cell, in a script, and after formatting either`, async () => {
    const js = code.replaceAll("§", "1");
    const formatted = `/* one */ ${js.replaceAll("; ", ";\n // two\n").replaceAll("=> ", "=>\n   ")}`;
    const keys = await Promise.all([asCell({})(js), asScript({})(js), asCell({})(formatted), asScript({})(formatted)]);
    assert.equal(
      keys.map(({ key }) => key),
      keys.map(() => keys[0]!.key),
    );
  });
carried.run();

/** Files with § where 1 and 2 make a difference, and code that uses them. */
const MODULES: readonly (readonly [what: string, files: Files, code: string, isCovered: boolean])[] = [
  [
    "a module's function",
    { "clean.mjs": "export const clean = () => §;" },
    'import { clean } from "./clean.mjs"; const q = () => clean();',
    true,
  ],
  [
    "a module's value",
    { "clean.mjs": "export const limit = §;" },
    'import { limit } from "./clean.mjs"; const q = () => limit;',
    true,
  ],
  [
    "a function that a module's function calls",
    { "clean.mjs": "const help = () => §; export const clean = () => help();" },
    'import { clean } from "./clean.mjs"; const q = () => clean();',
    true,
  ],
  [
    "a module of a module",
    {
      "clean.mjs": 'import { b } from "./sub/b.mjs"; export const clean = () => b();',
      "sub/b.mjs": "export const b = () => §;",
    },
    'import { clean } from "./clean.mjs"; const q = () => clean();',
    true,
  ],
  [
    "a module that is exported again",
    { "clean.mjs": 'export * from "./b.mjs";', "b.mjs": "export const b = () => §;" },
    'import { b } from "./clean.mjs"; const q = () => b();',
    true,
  ],
  [
    "a default export",
    { "clean.mjs": "export default function () { return §; }" },
    'import clean from "./clean.mjs"; const q = () => clean();',
    true,
  ],
  [
    "a class of a module",
    { "clean.mjs": "export class C { get() { return §; } }" },
    'import { C } from "./clean.mjs"; const q = () => new C().get();',
    true,
  ],
  [
    "a factory of a module",
    { "clean.mjs": "export const make = (n) => () => n + §;" },
    'import { make } from "./clean.mjs"; const q = make(1);',
    true,
  ],
  [
    "a renamed import",
    { "clean.mjs": "export const clean = () => §;" },
    'import { clean as wash } from "./clean.mjs"; const q = () => wash();',
    true,
  ],
  [
    "a used member of a namespace",
    { "clean.mjs": "export const clean = () => §;" },
    'import * as lib from "./clean.mjs"; const q = () => lib.clean();',
    true,
  ],
  [
    "a namespace as a whole",
    { "clean.mjs": "export const clean = () => §;" },
    'import * as lib from "./clean.mjs"; const q = () => Object.keys(lib);',
    true,
  ],
  [
    "a linked workspace package",
    {
      "node_modules/own": "->../packages/own",
      "packages/own/package.json": '{"name":"own","version":"1.0.0","type":"module","exports":"./index.js"}',
      "packages/own/index.js": "export const clean = () => §;",
    },
    'import { clean } from "own"; const q = () => clean();',
    true,
  ],
  [
    "the version of an installed package",
    {
      "node_modules/theirs/package.json": '{"name":"theirs","version":"1.0.§","type":"module","exports":"./index.js"}',
      "node_modules/theirs/index.js": "export const clean = () => 1;",
    },
    'import { clean } from "theirs"; const q = () => clean();',
    true,
  ],
  [
    "a function inside an installed package's wrapper",
    {
      "node_modules/theirs/package.json": '{"name":"theirs","version":"1.0.0","type":"module","exports":"./index.js"}',
      "node_modules/theirs/index.js": "export const wrap = (fn) => () => fn();",
    },
    'import { wrap } from "theirs"; const q = wrap(() => §);',
    true,
  ],
  [
    "not a function that nobody refers to",
    { "clean.mjs": "export const other = () => §; export const clean = () => 1;" },
    'import { clean } from "./clean.mjs"; const q = () => clean();',
    false,
  ],
  [
    "not a member that nobody uses",
    { "clean.mjs": "export const other = () => §; export const clean = () => 1;" },
    'import * as lib from "./clean.mjs"; const q = () => lib.clean();',
    false,
  ],
  [
    "not comments of a module",
    { "clean.mjs": "/* § */ export const clean = () => 1;" },
    'import { clean } from "./clean.mjs"; const q = () => clean();',
    false,
  ],
  [
    "not the text of an installed package",
    {
      "node_modules/theirs/package.json": '{"name":"theirs","version":"1.0.0","type":"module","exports":"./index.js"}',
      "node_modules/theirs/index.js": "export const clean = () => §;",
    },
    'import { clean } from "theirs"; const q = () => clean();',
    false,
  ],
];

const modules = suite("sourceKeyOf() reaches into modules:");
modules.before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellar-keys-"));
});
modules.after(() => rm(folder, { recursive: true, force: true }));
for (const [way, keyWith] of Object.entries({ ...WAYS, "a script with noted modules": withNotedModules }))
  for (const [what, files, code, isCovered] of MODULES)
    modules(`${what}, in ${way}`, async () => {
      const filesWith = (n: string) =>
        Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replaceAll("§", n)]));
      const [one, again, two] = await Promise.all(
        ["1", "1", "2"].map((n) => keyWith(filesWith(n))(code.replaceAll("§", n))),
      );
      assert.is(one!.problem, null);
      assert.is(again!.key, one!.key);
      if (isCovered) assert.is.not(two!.key, one!.key);
      else assert.is(two!.key, one!.key);
    });
modules.run();

/** As the kernel and `cellar/register` load the author's modules. */
function withNotedModules(files: Files): Key {
  const noted = Object.entries(files).map(([path, text]): [string, string] => {
    const isNoted = /\.m?js$/.test(path) && !path.startsWith("node_modules/");
    return [path, isNoted ? noteSources(text, { filename: path + text, noteSourceFrom: NOTE_SOURCE }).code : text];
  });
  return asScript(Object.fromEntries(noted));
}

const state = suite("sourceKeyOf()");
state.before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellar-keys-"));
});
state.after(() => rm(folder, { recursive: true, force: true }));

/** What is no source: a key stays what it was. `turn()` changes it. */
const STATE: readonly (readonly [what: string, code: string])[] = [
  [
    "a counter of its own",
    "const make = () => { let n = 0; return () => ++n; }; const fn = make(); const q = Object.assign(() => fn(), { turn: fn });",
  ],
  ["a list that it adds to", "const seen = []; const q = () => seen.length; q.turn = () => seen.push(1);"],
];
for (const [way, keyWith] of Object.entries(WAYS))
  for (const [what, code] of STATE)
    state(`leaves out ${what}, in ${way}`, async () => {
      const one = await keyWith({})(code.replace(/ q\.turn = .*/, ""));
      assert.is(one.problem, null);
      assert.is(one.key, (await keyWith({})(code.replace(/ q\.turn = .*/, ""))).key);
    });

/** What nobody can see, by the words that say so. */
const UNSEEN: readonly (readonly [what: string, code: string, words: string])[] = [
  [
    "an instance of Node's",
    "const stop = new AbortController(); const q = () => stop.signal;",
    "`stop` cannot be compared: it is an instance of AbortController",
  ],
  [
    "a WeakMap",
    "const kept = new WeakMap(); const q = () => kept;",
    "`kept` cannot be compared: it is an instance of WeakMap",
  ],
  [
    "a promise that is pending",
    "const never = new Promise(() => {}); const q = () => never;",
    "`never` cannot be compared: a promise without a value yet",
  ],
  [
    "a module that is loaded late",
    'const q = async () => (await import("./late.mjs")).n;',
    "cannot be compared: it is loaded while the task runs",
  ],
  ["a captured socket", "const make = (on) => () => on; const q = make(process.stdin);", "`on` cannot be compared"],
];
for (const [way, keyWith] of Object.entries(WAYS))
  for (const [what, code, words] of UNSEEN)
    state(`says what it cannot see: ${what}, in ${way}`, async () => {
      const { key, problem } = await keyWith({})(code);
      assert.is.not(key, null);
      assert.match(problem!, words);
    });

state("gives no key for what no person wrote", async () => {
  const { key, problem } = await asPlain({})(
    "let at = () => 1; for (let n = 0; n < 1000; n += 1) { const before = at; at = () => before(); } const q = at;",
  );
  assert.is(key, null);
  assert.match(problem!, "deeper than 400");
});
state("prints nothing large that a function carries", async () => {
  const { parts } = await asPlain({})("const make = (text) => () => text; const q = make('x'.repeat(1e6));");
  assert.ok(JSON.stringify(parts).length < 200);
});
state("sees a top-level value that another cell changed", async () => {
  const notebook = new NotebookScope();
  const scope = notebook.names as { q: () => unknown };
  const inFunctions = { read: new Set<string>(), written: new Set<string>() };
  const earlier = { values: new Set<string>(), imports: new Map<string, string>(), inFunctions };
  const run = async (js: string) => {
    const cell = cellScript(js, { filename: join(folder, "cell.ts"), hasResult: false, earlier });
    await vm.runInThisContext(cell.code)(notebook.begin(), undefined, undefined, noteSource);
    for (const name of cell.names) earlier.values.add(name);
    for (const name of cell.inFunctions.read) inFunctions.read.add(name);
    for (const name of cell.inFunctions.written) inFunctions.written.add(name);
  };
  await run("let limit = 1; const make = () => () => limit; const q = make();");
  const one = sourceKeyOf(scope.q);
  await run("limit = 2;");
  const two = sourceKeyOf(scope.q);
  assert.is.not(two.key, one.key);
  assert.equal([one.parts.limit, two.parts.limit], ["=1", "=2"]);
});
state("works in a worker thread, and beside another inspector session", async () => {
  const file = join(await newFolder({}), "worker.mjs");
  const keys = new URL("../../src/engine/resume/source-key.js", import.meta.url).href;
  await writeFile(
    file,
    `import { Session } from "node:inspector"; import { parentPort } from "node:worker_threads";
     import { sourceKeyOf } from ${JSON.stringify(keys)};
     const other = new Session(); other.connect(); other.post("Debugger.enable"); other.post("Runtime.enable");
     const make = (n) => () => n;
     parentPort.postMessage([sourceKeyOf(make(1)), sourceKeyOf(make(1)), sourceKeyOf(make(2))]);`,
  );
  const worker = new Worker(file);
  const [one, again, two] = await new Promise<SourceKey[]>((resolve, reject) => {
    worker.once("message", resolve).once("error", reject);
  });
  await worker.terminate();
  assert.is(again!.key, one!.key);
  assert.is.not(two!.key, one!.key);
});
state("leaves nothing behind for others to see", async () => {
  await asPlain({})("const make = (n) => () => n; const q = make(1);");
  assert.is(Symbol.for("cellar.view") in globalThis, false);
});
state.run();
