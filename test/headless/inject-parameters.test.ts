import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { injectParameters } from "../../kernel/headless/inject-parameters.js";
import { type NotebookCell, textOf } from "../../kernel/headless/notebook-file.js";
import { runCellar } from "../notebooks/run-cellar.js";

const cell = (source: string, ...tags: string[]): NotebookCell => ({
  cell_type: "code",
  source,
  metadata: { tags },
  outputs: [],
  execution_count: null,
});
const DECLARED = `/** How many. */
export const limit: number = 1, mode: "fast" | "slow" = "fast";
let tags = ["a"];
const { left, right } = { left: 1, right: 2 };
function limitOf() { const inner = 1; return inner; }`;

test("injectParameters() declares with the types of the parameters cell, behind it", async () => {
  const given = { limit: 5, mode: "slow", tags: [], right: null };
  const [before, parameters, injected, after] = await injectParameters(
    [cell("0"), cell(DECLARED, "parameters"), cell("let limit = 3;", "injected-parameters"), cell("limit")],
    given,
  );
  assert.equal(
    [before, parameters, after].map((each) => textOf(each!)),
    ["0", DECLARED, "limit"],
  );
  assert.is(
    textOf(injected!),
    'let limit: number = 5;\nlet mode: "fast" | "slow" = "slow";\nlet tags = [];\nlet right = null;',
  );
});

test("injectParameters() puts them in front where nothing is declared", async () => {
  const [injected, other] = await injectParameters([cell("limit")], { limit: 5 });
  assert.equal([textOf(injected!), textOf(other!)], ["let limit = 5;", "limit"]);
});

for (const name of ["limt", "inner", "limitOf", "How"])
  test(`injectParameters() refuses ${name}, which is no variable of the parameters cell`, async () => {
    const refused = await injectParameters([cell(DECLARED, "parameters")], { [name]: 1 }).catch((error) => error);
    assert.instance(refused, RangeError);
    assert.match(refused.message, `Cannot set the parameter "${name}"`);
  });

test("injectParameters() leaves a parameters cell that does not parse to the run", async () => {
  assert.is((await injectParameters([cell("const = 1", "parameters")], { limit: 5 })).length, 2);
});

test("cellar run -p gives values that later cells can compare and pass on", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cellar-parameters-"));
  try {
    const cells = [
      cell('const mode: "fast" | "slow" = "fast";\nconst limit: number = 1;\nconst strict = true;', "parameters"),
      cell('const same: "fast" | "slow" = mode;\nconsole.log(mode === "fast", limit === 1, strict === true, same);'),
    ];
    const notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells };
    await writeFile(join(folder, "n.ipynb"), JSON.stringify(notebook));
    const set = ["-p", "mode=slow", "-p", "limit=5", "-p", "strict=false"];
    const { code, said } = await runCellar(folder, "run", "n.ipynb", ...set);
    assert.is(code, 0, said);
    assert.match(said, "false false false slow");
    const wrong = await runCellar(folder, "run", "n.ipynb", "-p", "limit=many");
    assert.is(wrong.code, 1);
    assert.match(wrong.said, "Type 'string' is not assignable to type 'number'");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.run();
