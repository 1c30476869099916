import { suite } from "uvu";
import * as assert from "uvu/assert";
import { exportNotebook } from "../../src/export/export-notebook.js";
import { fromPercentScript } from "../../src/export/percent-script.js";
import { readNpmLines } from "../../src/modules/npm-lines.js";

const reading = suite("readNpmLines()");
const CASES: readonly (readonly [code: string, commands: readonly (readonly string[])[], left: string])[] = [
  ["1 + 1", [], "1 + 1"],
  ["%npm install a@1 'b c'\n1", [["install", "a@1", "b c"]], "\n1"],
  [
    '// first\n\n  %npm i a\r\n%npm i "b"\n1',
    [
      ["i", "a"],
      ["i", "b"],
    ],
    "// first\n\n\n\n1",
  ],
  ["const a = 1;\n%npm i a", [], "const a = 1;\n%npm i a"],
  ["`\n%npm i a`", [], "`\n%npm i a`"],
  ["%npm", [], "%npm"],
  ["%npmx i a", [], "%npmx i a"],
];
for (const [code, commands, left] of CASES)
  reading(`reads ${JSON.stringify(code)}`, () => assert.equal(readNpmLines(code), { commands, code: left }));
reading.run();

const SOURCE = "%npm install tiny@1\n%npm install tiny@1\n// %npm stays\nconst used = 1;\n";
const NOTEBOOK = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: [
    { cell_type: "code", id: "a", metadata: {}, source: SOURCE, execution_count: null, outputs: [] },
    {
      cell_type: "code",
      id: "b",
      metadata: {},
      source: 'import { flow, task } from "cellar";\nconst f = flow("f", () => ({ x: task("x", () => used)() }));',
      execution_count: null,
      outputs: [],
    },
  ],
};
const exporting = suite("exportNotebook()");
exporting("lists what the notebook installs, and leaves the lines out", () => {
  const { script } = exportNotebook(NOTEBOOK);
  assert.match(script, /^\/\/ Before the first run:\n\/\/ {3}npm install tiny@1\n\n/);
  assert.not.match(script, /%npm install/);
  assert.match(script, /const used = 1;/);
});
exporting("keeps the lines as comments in percent form, and gives them back", () => {
  const { script } = exportNotebook(NOTEBOOK, { format: "percent" });
  assert.match(script, /^\/\/ %npm install tiny@1$/m);
  assert.is(fromPercentScript(script).cells[0]!.source, SOURCE);
});
exporting.run();
