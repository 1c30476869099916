import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Cell, type Notebook, readNotebook, writeNotebook } from "../../src/export/notebook.js";
import { fromPercentScript, toPercentScript } from "../../src/export/percent-script.js";

const cell = (fields: Partial<Cell>): Cell => ({
  kind: "code",
  id: "a",
  source: "1 + 1",
  metadata: {},
  executed: null,
  ...fields,
});
const notebook = (...cells: Cell[]): Notebook => ({ cells, metadata: { kernelspec: { name: "cellar" } } });

/** Cells next to text of their percent form. */
const FORMS: readonly (readonly [what: string, Cell, text: string])[] = [
  ["code", cell({ source: "const a = 1;\n\na" }), '// %% id="a"\nconst a = 1;\n\na\n'],
  ["empty code", cell({ source: "" }), '// %% id="a"\n\n'],
  [
    "Markdown",
    cell({ kind: "markdown", source: "# Title\n\ntext" }),
    '// %% [markdown] id="a"\n// # Title\n//\n// text\n',
  ],
  ["raw text", cell({ kind: "raw", source: "x" }), '// %% [raw] id="a"\n// x\n'],
  ["tags", cell({ metadata: { tags: ["parameters"] } }), '// %% id="a" tags=["parameters"]\n1 + 1\n'],
  ["a title", cell({ metadata: { title: "Load data" } }), '// %% Load data id="a"\n1 + 1\n'],
  ["a marker in code", cell({ source: "// %% not a cell" }), '// %% id="a"\n// // %% not a cell\n'],
  [
    "a marker in Markdown",
    cell({ kind: "markdown", source: "%% x\n// %% y" }),
    '// %% [markdown] id="a"\n// // %% x\n// // // %% y\n',
  ],
];

for (const [what, given, text] of FORMS)
  test(`percent form holds ${what}, both ways`, () => {
    const script = toPercentScript(notebook(given));
    assert.ok(script.endsWith(`\n\n${text}`), script);
    assert.equal(fromPercentScript(script), notebook(given));
  });

const HOSTILE: readonly (readonly [what: string, Cell])[] = [
  ["line ends of JavaScript in Markdown", cell({ kind: "markdown", source: "a\u2028process.exit(1)\rb\u2029c\r\nd" })],
  ["an end of comment", cell({ kind: "markdown", source: "*/ process.exit(1) /*" })],
  ["an id with quotes and line ends", cell({ id: '"\n\u2028`$' })],
  ["a title that looks like a key", cell({ metadata: { title: 'x tags=["a"]' } })],
  [
    "keys that are no names",
    cell({ metadata: { "a b": 1, "": 2, id: "other", source: "s", _private: [1, { "=": " " }] } }),
  ],
  ["an own __proto__", cell({ metadata: JSON.parse('{"__proto__": {"polluted": true}}') })],
  ["spaces and line ends at the end", cell({ source: "\n\n  a  \n\n\n" })],
  ["Windows line ends in code", cell({ source: "a\nb\r" })],
  ["nested comments", cell({ source: "// // %% a\n//%% b\n %% c" })],
  [
    "an attachment",
    cell({ kind: "markdown", source: "![](attachment:a.png)", attachments: { "a.png": { "image/png": "AA==" } } }),
  ],
];
for (const [what, given] of HOSTILE)
  test(`percent form survives ${what}`, () => {
    const both = notebook(given, cell({ id: "next", source: "2" }));
    const script = toPercentScript(both);
    assert.equal(fromPercentScript(script), both);
    const outside = script.split("\n").filter((line) => !line.startsWith("//") && /process\.exit|polluted/.test(line));
    assert.equal(outside, []);
  });

test("percent form keeps several cells and the notebook's metadata", () => {
  const given: Notebook = {
    cells: [cell({ id: "1" }), cell({ id: "2", kind: "markdown", source: "" }), cell({ id: "3", source: "" })],
    metadata: { kernelspec: { name: "cellar" }, "odd key": [null], title: 'a\n"b"' },
  };
  assert.equal(fromPercentScript(toPercentScript(given)), given);
  assert.equal(fromPercentScript(toPercentScript({ cells: [], metadata: {} })), { cells: [], metadata: {} });
});

test("fromPercentScript() reads what other editors write", () => {
  const text = "import a from 'a';\r\n// %%\r\nb\r\n\r\n// %% Title [markdown]\r\n// # Text\r\n";
  const { cells } = fromPercentScript(text);
  assert.equal(
    cells.map(({ kind, source, metadata }) => [kind, source, metadata]),
    [
      ["code", "import a from 'a';", {}],
      ["code", "b", {}],
      ["markdown", "# Text", { title: "Title" }],
    ],
  );
});

test("fromPercentScript() refuses a marker whose value is no JSON", () => {
  assert.throws(() => fromPercentScript("// %% tags=[oops"), /^Cannot read the line/);
});

test("writeNotebook() gives what readNotebook() reads", () => {
  const given = notebook(
    cell({ id: "1", source: "a\nb", executed: 3 }),
    cell({ id: "2", kind: "markdown", source: "" }),
  );
  assert.equal(readNotebook(JSON.parse(writeNotebook(given))), given);
});

const cellOf = (fields: object): object => ({ nbformat: 4, metadata: {}, cells: [fields] });
const inLanguage = (kernelspec: object, language_info?: object): object => ({
  nbformat: 4,
  metadata: { kernelspec, ...(language_info && { language_info }) },
  cells: [],
});
for (const [what, json, why] of [
  ["a list", [], "it is a list, not a notebook"],
  ["a number", 3, "it is JSON of another kind (number), not a notebook"],
  ["null", null, "not a notebook"],
  ["other JSON", { name: "x" }, "it does not say its nbformat"],
  ["format 3", { nbformat: 3, worksheets: [] }, "it is a notebook of format 3; convert it: jupyter nbconvert"],
  ["format 5", { nbformat: 5, cells: [] }, "its format 5 is not known here"],
  ["a notebook without cells", { nbformat: 4, metadata: {} }, "it has no list of cells"],
  ["cells that are no list", { nbformat: 4, cells: {} }, "it has no list of cells"],
  ["a cell of another kind", cellOf({ cell_type: "other", source: "" }), "at cells.0.cell_type"],
  ["a source that is a number", cellOf({ cell_type: "code", source: 1 }), "at cells.0.source"],
  ["a Python notebook", inLanguage({ name: "python3", language: "python" }), 'it is a notebook in "python"'],
  ["one that names only its kernel", inLanguage({ name: "python3" }), 'it is a notebook in "python"'],
  ["one that names only its language", inLanguage({}, { name: "julia" }), 'it is a notebook in "julia"'],
] as const)
  test(`readNotebook() says in one line what is wrong with ${what}`, () => {
    assert.throws(
      () => readNotebook(json, '"a.ipynb"'),
      ({ message }: Error) =>
        message.startsWith('Cannot read "a.ipynb": ') && message.includes(why) && !message.includes("\n"),
    );
  });

for (const kernelspec of [
  {},
  { name: "cellar", language: "typescript" },
  { name: "cellar" },
  { name: "tslab", language: "typescript" },
  { name: "jslab", language: "javascript" },
  { name: "deno", language: "typescript" },
])
  test(`readNotebook() reads notebooks of the kernel ${JSON.stringify(kernelspec)}`, () => {
    assert.is(
      readNotebook(inLanguage(kernelspec, { name: kernelspec.name === "cellar" ? "python" : "" })).cells.length,
      0,
    );
  });

test("readNotebook() gives each cell an id of its own", () => {
  const cells = [undefined, "a", "a", "cell-4", undefined, "cell-3"].map((id) => ({
    cell_type: "code",
    source: "",
    id,
  }));
  const ids = readNotebook({ nbformat: 4, cells }).cells.map(({ id }) => id);
  assert.equal(ids, ["cell-1", "a", "cell-3-2", "cell-4", "cell-5", "cell-3"]);
});

test.run();
