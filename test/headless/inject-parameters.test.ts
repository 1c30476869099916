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
  const { cells, values } = await injectParameters(
    [cell("0"), cell(DECLARED, "parameters"), cell("let limit = 3;", "injected-parameters"), cell("limit")],
    { limit: "5", mode: "slow", tags: "[]", right: "2" },
  );
  assert.equal(values, { limit: 5, mode: "slow", tags: [], right: 2 });
  const [before, parameters, injected, after] = cells;
  assert.equal(
    [before, parameters, after].map((each) => textOf(each!)),
    ["0", DECLARED, "limit"],
  );
  assert.is(
    textOf(injected!),
    'let limit: number = 5;\nlet mode: "fast" | "slow" = "slow";\nlet tags = [];\nlet right = 2;',
  );
});

test("injectParameters() puts them in front where nothing is declared", async () => {
  const { cells } = await injectParameters([cell("limit")], { limit: "5" });
  assert.equal(cells.map(textOf), ["let limit = 5;", "limit"]);
});

for (const name of ["limt", "inner", "limitOf", "How"])
  test(`injectParameters() refuses ${name}, which is no variable of the parameters cell`, async () => {
    const refused = await injectParameters([cell(DECLARED, "parameters")], { [name]: "1" }).catch((error) => error);
    assert.instance(refused, RangeError);
    assert.match(refused.message, `Cannot set the parameter "${name}"`);
  });

test("injectParameters() leaves a parameters cell that does not parse to the run", async () => {
  assert.is((await injectParameters([cell("const = 1", "parameters")], { limit: "5" })).cells.length, 2);
});

/** Cells above the parameters cell, its declaration, the text that is given, and the line that sets it. */
const TYPED: readonly (readonly [above: string, declaration: string, text: string, line: string])[] = [
  ["", "let v: string = '1.0';", "1.10", 'let v: string = "1.10";'],
  ["", "let v: string = '';", "", 'let v: string = "";'],
  ["", "let v: string = '';", "null", 'let v: string = "null";'],
  ["", "const v = `a`;", "71201", 'let v = "71201";'],
  ["", "const v = 'a' + 1;", "true", 'let v = "true";'],
  ["", "let v: string | null = null;", "1.10", 'let v: string | null = "1.10";'],
  ["", "let v: string | null = null;", "null", "let v: string | null = null;"],
  ["", "let v: string | undefined;", "undefined", "let v: string | undefined = undefined;"],
  ["", "let v: string | string[] = [];", '["a"]', 'let v: string | string[] = ["a"];'],
  ["", "let v: string | string[] = [];", "a", 'let v: string | string[] = "a";'],
  ["type Version = string;", "let v: Version = '1';", "2.0", 'let v: Version = "2.0";'],
  ["type Mode = 'a' | 'b';", "let v: Mode = 'a';", "b", 'let v: Mode = "b";'],
  ["const M = { a: 1, b: 2 } as const;", "let v: keyof typeof M = 'a';", "b", 'let v: keyof typeof M = "b";'],
  ["enum Size { S = 's' }", "let v: Size = Size.S;", "s", 'let v: Size = "s" as Size;'],
  ["type Id = string & { readonly brand: 1 };", "let v: Id;", "7", 'let v: Id = "7" as Id;'],
  ["const first = () => 'x';", "let v = first();", "5", 'let v = "5";'],
  ["", "let v: number = 1;", "-2.5e3", "let v: number = -2500;"],
  ["", "let v = -1;", "0x10", "let v = 16;"],
  ["", "let v: number = 1;", "NaN", "let v: number = NaN;"],
  ["", "let v: number = 1;", "9007199254740992", "let v: number = 9007199254740992;"],
  ["", "let v: 1 | 2 = 1;", "2", "let v: 1 | 2 = 2;"],
  ["", "let v: number | bigint = 1;", "12345678901234567890", "let v: number | bigint = 12345678901234567890n;"],
  ["", "let v = 5n;", "12345678901234567890", "let v = 12345678901234567890n;"],
  ["", "let v: bigint = 5n;", "6n", "let v: bigint = 6n;"],
  ["", "let v = false;", "true", "let v = true;"],
  ["", "let v: Date = new Date();", "2026-01-02", 'let v: Date = new Date("2026-01-02T00:00:00.000Z");'],
  ["", "let v = new URL('http://a');", "http://b/c", 'let v = new URL("http://b/c");'],
  ["", "let v: { a: number } | null = null;", '{"a":1}', 'let v: { a: number } | null = { "a": 1 };'],
  ["", "let v: object = {};", '{"__proto__":{"a":1}}', 'let v: object = { ["__proto__"]: { "a": 1 } };'],
  ["", "let v = null;", "1.5", "let v = 1.5;"],
  ["", "let v = null;", "text", 'let v = "text";'],
  ["", 'const v = parameter("v", { default: "x" });', "1.0", 'let v = "1.0";'],
  ["", "let v: string = '';", '`$x` \\ "q"\n\u2028', 'let v: string = "`$x` \\\\ \\"q\\"\\n\\u2028";'],
];
for (const [above, declaration, text, line] of TYPED)
  test(`injectParameters() reads ${JSON.stringify(text)} for \`${above}${declaration}\` as declared`, async () => {
    const { cells } = await injectParameters([cell(above), cell(declaration, "parameters")], { v: text });
    assert.is(textOf(cells[2]!), line);
  });

for (const [declaration, text, why] of [
  ["let v: number = 1;", "abc", "is not a number"],
  ["let v: number = 1;", "", "is not a number"],
  ["let v: number = 1;", "1_000", "is not a number"],
  ["let v = 1;", "12345678901234567890", "as a number, 12345678901234567890 is not exact"],
  ["let v = 1;", "9007199254740993", "is not exact"],
  ["let v = 1;", "1e400", "is not exact"],
  ["let v: number[] = [];", "[1, 12345678901234567890]", "is not exact"],
  ["let v: number[] = [];", "5", "is not a list or an object in JSON"],
  ["let v: boolean = true;", "yes", "is not true or false"],
  ["let v: bigint = 1n;", "1.5", "is not a whole number"],
  ["let v: 'a' | 'b' = 'a';", "c", 'is none of "a", "b"'],
  ["let v: number | null = 1;", "x", "is not of the type number | null"],
  ["let v: Date = new Date();", "someday", "is not a date"],
  ["let v: { a: 1 } | null = null;", "{", "is not of the type JSON | null"],
] as const)
  test(`injectParameters() refuses ${JSON.stringify(text)} for \`${declaration}\``, async () => {
    const refused = await injectParameters([cell(declaration, "parameters")], { v: text }).catch((error) => error);
    assert.instance(refused, TypeError);
    assert.match(refused.message, 'Cannot set the parameter "v": ');
    assert.match(refused.message, why);
  });

for (const name of ["a = 1; process.exit(3); let b", "1a", "a-b", "", "class", "a b", "é\n", "__proto__ = 1"])
  test(`injectParameters() takes ${JSON.stringify(name)} for no name`, async () => {
    const refused = await injectParameters([cell("1")], { [name]: "1" }).catch((error) => error);
    assert.instance(refused, RangeError);
    assert.match(refused.message, "it is no name that a variable can have");
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
    assert.match(wrong.said, 'Cannot set the parameter "limit": "many" is not a number');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.run();
