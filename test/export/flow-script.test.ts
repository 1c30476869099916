import ts from "typescript";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { exportNotebook } from "../../src/export/export-notebook.js";
import { executed, markdown, notebookOf, parameters, type TestCell } from "./notebook-of.js";

const IMPORT = 'import { flow, task } from "cellar";';
const FLOW = 'const one = task("one", () => 1);\nconst main = flow("main", () => one());';

/** The script without its empty lines, and its warnings. */
function exported(...cells: (string | TestCell)[]): { lines: string[]; warnings: readonly string[] } {
  const { script, warnings } = exportNotebook(notebookOf(...cells));
  assert.equal(syntaxErrors(script), []);
  return { lines: script.split("\n").filter((line) => line !== ""), warnings };
}

const syntaxErrors = (script: string): string[] =>
  (ts.transpileModule(script, { reportDiagnostics: true }).diagnostics ?? []).map(({ messageText }) =>
    String(messageText),
  );

/** Lines that are neither comments nor what every script with a flow has. */
const body = ({ lines }: { lines: string[] }): string[] =>
  lines.filter((line) => !/^\/\/|openScript|^import .*"cellar";|^if \(script|^ {2}await script|^}$/.test(line));

const keeping = suite("what is kept");
keeping("exportNotebook() keeps tasks and flows and runs the flow as the main module", () => {
  const { lines, warnings } = exported(IMPORT, FLOW);
  assert.equal(lines, [
    'import { flow, task } from "cellar";',
    'import { openScript } from "cellar/script";',
    "const script = openScript(import.meta.url);",
    "// cell: c2",
    'export const one = task("one", () => 1);',
    'export const main = flow("main", () => one());',
    "if (script.isMain) {",
    "  await script.run(main);",
    "}",
  ]);
  assert.equal(warnings, []);
});

/** Cells beside the flow, what of them stays, and what of them is listed as left out. */
const CASES: readonly (readonly [what: string, cells: string[], kept: string[], left: string[]])[] = [
  ["drops an expression that is shown", ["1 + 1"], [], ["1 + 1"]],
  ["drops a call that is shown", ["[1].map(String)"], [], ["[1].map(String)"]],
  ["drops what only prints", ["console.log(1);"], [], ["console.log(1);"]],
  [
    "drops a loop that only prints",
    ["for (const a of [1]) console.log(a);"],
    [],
    ["for (const a of [1]) console.log(a);"],
  ],
  ["drops a value that no flow needs", ["const unused = 1;"], [], ["const unused = 1;"]],
  ["keeps a function", ["function add(a: number) { return a; }"], ["function add(a: number) { return a; }"], []],
  ["keeps a type", ["type A = string;"], ["type A = string;"], []],
  ["keeps an effect", ["process.env.A = '1';"], ["process.env.A = '1';"], []],
  ["keeps an assignment without a semicolon, closed", ["process.env.A = '1'"], ["process.env.A = '1';"], []],
  ["keeps an awaited effect", ["await fetch('x');"], ["await fetch('x');"], []],
  ["drops the run of a flow", ["const state = await main.run();\nstate"], [], ["state"]],
  [
    "drops what only looks at a run",
    ["const s = await main.run();", "const t = s.result;", "console.log(t);", "t"],
    [],
    ["const t = s.result;", "console.log(t);", "t"],
  ],
  [
    "drops a function that reads a run",
    ["const s = await main.run();", "function f() { return s; }"],
    [],
    ["function f() { return s; }"],
  ],
];
for (const [what, cells, kept, left] of CASES)
  keeping(`exportNotebook() ${what}`, () => {
    const result = exported(IMPORT, FLOW, ...cells);
    assert.equal(body(result).slice(2), kept);
    assert.equal(
      result.warnings.map((warning) => /`(.*)`, since no flow needs it$/.exec(warning)?.[1]),
      left,
    );
  });

keeping("exportNotebook() keeps what a flow needs, however far", () => {
  const result = exported(
    IMPORT,
    "const base = 2, unused = 3;\nconst { a, b } = { a: base, b: 1 };",
    "const add = (x: number) => x + a;",
    'const one = task("one", () => add(1));',
  );
  assert.equal(body(result), [
    "const base = 2;",
    "const { a, b } = { a: base, b: 1 };",
    "const add = (x: number) => x + a;",
    'export const one = task("one", () => add(1));',
  ]);
});

keeping("exportNotebook() keeps a run that a later flow needs, where it stands, and does not run it twice", () => {
  const result = exported(
    IMPORT,
    FLOW,
    "const state = await main.run();",
    'const two = flow("two", () => one(state.result));',
    "await two.run();",
  );
  assert.ok(result.lines.includes("const state = await main.run();"));
  assert.equal(
    result.lines.filter((line) => line.includes("script.run")),
    ["  await script.run(two);"],
  );
});

keeping("exportNotebook() runs flows with the notebook's newest arguments", () => {
  const { lines } = exported(
    IMPORT,
    FLOW,
    "const given = { a: 1 };\nawait main.run({ parameters: { a: 0 } });",
    "await main.run({ parameters: given })",
  );
  assert.ok(lines.includes("  await script.run(main, { parameters: given });"));
  assert.ok(lines.includes("const given = { a: 1 };"));
});

/** Cells behind the flow, and what stands at the script's end, from what is first done at its top. */
const SIDES: readonly (readonly [what: string, cells: string[], end: string[]])[] = [
  [
    "a clean-up behind the run",
    ["await main.run();", "await pool.end();\nserver.close();"],
    ["if (script.isMain) {", "  await script.run(main);", "  await pool.end();", "  server.close();", "}"],
  ],
  [
    "what stands before the run before it",
    ["await open();", "await main.run()"],
    ["// cell: c3", "await open();", "if (script.isMain) {", "  await script.run(main);", "}"],
  ],
  [
    "a message that reads the run, and what it needs",
    ["const s = await main.run();", "const text = String(s.type);", "await notify(text);"],
    [
      "if (script.isMain) {",
      "  const s = await script.run(main);",
      "  const text = String(s.type);",
      "  await notify(text);",
      "}",
    ],
  ],
  [
    "a run inside a try with its clean-up",
    ["try {\n  await main.run();\n} finally {\n  await pool.end();\n}"],
    ["if (script.isMain) {", "  try {", "    await main.run();", "  } finally {", "    await pool.end();", "  }", "}"],
  ],
  [
    "runs in a loop",
    ["for (const given of [{ a: 1 }]) await main.run({ parameters: given });"],
    ["if (script.isMain) {", "  for (const given of [{ a: 1 }]) await main.run({ parameters: given });", "}"],
  ],
  [
    "both runs of a flow with something done between them",
    ["await main.run();", "await reset();", "await main.run({ resume: 'never' });", "await pool.end();"],
    [
      "if (script.isMain) {",
      "  await script.run(main);",
      "  await reset();",
      "  await script.run(main, { resume: 'never' });",
      "  await pool.end();",
      "}",
    ],
  ],
  [
    "one run of a flow that was run again after a repair",
    ["await main.run();", "await main.run();", "await pool.end();"],
    ["if (script.isMain) {", "  await script.run(main);", "  await pool.end();", "}"],
  ],
  [
    "a value that a later flow needs behind the first run",
    ["await main.run();", "const rows = await load();", 'const two = flow("two", () => one(rows));\nawait two.run();'],
    [
      "if (script.isMain) {",
      "  await script.run(main);",
      "}",
      "// cell: c4",
      "const rows = await load();",
      "// cell: c5",
      'export const two = flow("two", () => one(rows));',
      "if (script.isMain) {",
      "  await script.run(two);",
      "}",
    ],
  ],
];
for (const [what, cells, end] of SIDES)
  keeping(`exportNotebook() keeps ${what}`, () => {
    const { lines } = exported(IMPORT, FLOW, ...cells);
    assert.equal(lines.slice(lines.indexOf('export const main = flow("main", () => one());') + 1), end);
  });

for (const [what, cells] of [
  ["a value that the run needs stands behind it", ["await main.run();", "const limit = await ask();"]],
  [
    "what a message reads is parted from it",
    ["const s = await main.run();", "const limit2 = await ask();", "await tell(s, limit2);"],
  ],
] as const)
  keeping(`exportNotebook() refuses where ${what}`, () => {
    const needs = 'const one = task("one", () => limit);\nconst main = flow("main", () => one());\n';
    const other = 'const two = task("two", () => limit2);';
    assert.throws(
      () => exported(IMPORT, needs + (what.startsWith("what") ? other : ""), ...cells),
      /^Cannot export the notebook: /,
    );
  });

keeping("exportNotebook() keeps calls outside every flow, awaited or finished at the end", () => {
  const { lines } = exported(
    IMPORT,
    'const one = task("one", () => 1);',
    "const call = one();",
    "const value = await one();",
    "one()",
    "await call",
  );
  assert.equal(lines.slice(5), [
    "// cell: c3",
    "const call = one();",
    "// cell: c4",
    "const value = await one();",
    "// cell: c5",
    "await one();",
    "if (script.isMain) {",
    "  await script.finish([call]);",
    "}",
  ]);
});

keeping("exportNotebook() knows flow and task by what is imported, not by name", () => {
  const result = exported(
    'import * as c from "cellar";\nimport { task as job } from "cellar";\nconst flow = (name: string) => name;',
    'const one = job("one", () => 1);\nconst main = c.flow("main", () => one());\nconst none = flow("x");',
  );
  assert.ok(result.lines.includes("  await script.run(main);"));
  assert.ok(!result.lines.some((line) => line.includes("none")));
});

keeping("exportNotebook() says when there is nothing to run", () => {
  assert.ok(exported("1 + 1").warnings.includes("The notebook defines no flow and no task"));
});
keeping.run();

const order = suite("names and order");
order("exportNotebook() keeps the definition that was executed last, and says so", () => {
  const { lines, warnings } = exported(
    executed(1, IMPORT),
    executed(4, "const limit = 1;"),
    executed(3, "const limit = 2;"),
    executed(5, 'const one = task("one", () => limit);'),
  );
  assert.ok(lines.includes("const limit = 1;") && !lines.includes("const limit = 2;"));
  assert.equal(warnings, ['`limit` is defined in cell [4] "c2" and cell [3] "c3": the one of cell [4] "c2" is kept']);
});

order("exportNotebook() keeps the later definition where nothing was executed, before what reads it", () => {
  const result = exported(
    IMPORT,
    "const a = 1;",
    'const one = task("one", () => 1, { maxRetries: a });',
    "const a = 2;",
  );
  assert.equal(body(result), ["const a = 2;", 'export const one = task("one", () => 1, { maxRetries: a });']);
});

order("exportNotebook() puts what a called function reads before the call", () => {
  const result = exported(
    IMPORT,
    "function twice() { return base * 2; }",
    "const base = 1;",
    "const four = twice();",
    "const base = 2;",
    'const one = task("one", () => four);',
  );
  const lines = body(result);
  assert.ok(lines.indexOf("const base = 2;") < lines.indexOf("const four = twice();"), lines.join("\n"));
});

order("exportNotebook() refuses to split a pattern", () => {
  const cells = [IMPORT, "const { a, b } = x;", "const a = 2;", 'const one = task("one", () => a + b);'];
  assert.throws(() => exported(...cells), /^Cannot export the cell "c2": `a` is defined again elsewhere/);
});

order("exportNotebook() takes a type and a value of one name for two things", () => {
  const result = exported(
    IMPORT,
    "interface Row { a: 1 }",
    "const Row = 1;",
    'const one = task("one", (r: Row) => Row);',
  );
  assert.equal(result.warnings, []);
  assert.equal(body(result).slice(0, 2), ["interface Row { a: 1 }", "const Row = 1;"]);
});

order("exportNotebook() does not take parameters and members for outer names", () => {
  const result = exported(
    IMPORT,
    "const x = 1, y = 2, z = 3;",
    'const one = task("one", (x: number) => ({ y: x }).y);',
  );
  assert.equal(body(result), ['export const one = task("one", (x: number) => ({ y: x }).y);']);
});
order.run();

const text = suite("text");
text("exportNotebook() hoists imports once and drops those that nothing needs", () => {
  const { lines } = exported(
    'import { task } from "cellar";\nimport fs, { readFile as read } from "node:fs";',
    'import { existsSync, readFile as read, type Stats } from "node:fs";\nimport "side-effect";\nimport * as path from "node:path";',
    'import type { A, B } from "./types.js";\nimport data from "./d.json" with { type: "json" };',
    'const one = task("one", (s: Stats, a: A) => [fs, read, path.sep, data]);',
  );
  assert.equal(
    lines.filter((line) => line.startsWith("import ")),
    [
      'import { task } from "cellar";',
      'import fs from "node:fs";',
      'import { readFile as read, type Stats } from "node:fs";',
      'import "side-effect";',
      'import * as path from "node:path";',
      'import type { A } from "./types.js";',
      'import data from "./d.json" with { type: "json" };',
    ],
  );
});

text("exportNotebook() moves relative imports to the script's folder", () => {
  const notebook = notebookOf(
    'import { task } from "cellar";\nimport { a } from "./lib/a.js";\nconst one = task("one", () => a);',
  );
  const { script } = exportNotebook(notebook, { from: "/x/notebooks", to: "/x/scripts" });
  assert.match(script, 'import { a } from "../notebooks/lib/a.js";');
});

text("exportNotebook() makes parameters into flags and leaves a flow's own to its run", () => {
  const result = exported(
    'import { parameter, task } from "cellar";',
    parameters(
      'const limit = 5; // at most\nlet mode: "a" | "b" = "a";\nconst url = parameter("url", { default: "x" });',
    ),
    'const one = task("one", () => [limit, mode]);',
  );
  assert.equal(body(result).slice(0, 3), [
    'const limit = script.flag("limit", 5);',
    'let mode: "a" | "b" = script.flag<"a" | "b">("mode", "a");',
    'const url = parameter("url", { default: "x" });',
  ]);
});

text("exportNotebook() makes Markdown and comments stand where they belong", () => {
  const { lines } = exported(
    markdown("# Title"),
    IMPORT,
    markdown("About one."),
    '// first\n/** Doc. */\nconst one = task("one", () => 1); // behind\n// last words',
    markdown("About nothing."),
    "1 + 1",
  );
  assert.equal(
    lines.filter((line) => !line.includes("cript")),
    [
      "// # Title",
      IMPORT.replace("flow, ", ""),
      "// cell: c4",
      "// About one.",
      "// first",
      "/** Doc. */",
      'export const one = task("one", () => 1); // behind',
    ],
  );
});

text("exportNotebook() cannot be broken by text", () => {
  const hostile = "*/ process.exit(1); /*\u2028process.exit(2)\rprocess.exit(3)\n`process.exit(4)`";
  const { lines } = exported(markdown(hostile), IMPORT, {
    type: "code",
    id: "a\nprocess.exit(5)\u2028//",
    source: FLOW,
  });
  assert.equal(
    lines.filter((line) => /process\.exit/.test(line) && !line.startsWith("// ")),
    [],
  );
  assert.equal(lines.join("\n").split(/[\r\u2028\u2029]/).length, 1);
});

text("exportNotebook() names cell and line of what does not parse", () => {
  assert.throws(() => exported(IMPORT, "const a = 1;\nconst = 2;"), /^Cannot export the cell "c2": .* \(line 2\)$/);
});

text("exportNotebook() reads old-style assertions and JSX", () => {
  exported(IMPORT, "const a = <number>JSON.parse('1');\nconst one = task('one', () => a);");
  const cells = [IMPORT, "const a = <b>text</b>;\nconst one = task('one', () => a);"];
  assert.match(exportNotebook(notebookOf(...cells)).warnings.join(), ".tsx");
});

text("exportNotebook() takes another name where a cell has `script`", () => {
  const { lines } = exported(
    IMPORT,
    'const script = 1;\nconst one = task("one", () => script);\nconst main = flow("m", () => one());',
  );
  assert.ok(lines.includes("const script2 = openScript(import.meta.url);"));
});

text("exportNotebook() writes the percent form when asked", () => {
  const { script, warnings } = exportNotebook(notebookOf("1 + 1"), { format: "percent" });
  assert.match(script, '// %% id="c1"\n1 + 1');
  assert.equal(warnings, []);
});
text.run();
