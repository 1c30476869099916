import { existsSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type CellSource, ClientWorld, FLOW_CELL, type SavedNotebook } from "./client-world.js";

const test = suite<{ world: ClientWorld }>("papermill");
test.before((context) => {
  context.world = new ClientWorld();
});
test.after(({ world }) => world.remove());

interface Run {
  readonly code: number | null;
  readonly stderr: string;
  readonly notebook: SavedNotebook;
  /** text/plain of the last cell's result. */
  readonly last: string;
}

async function papermill(world: ClientWorld, cells: readonly CellSource[], args: readonly string[]): Promise<Run> {
  world.writeNotebook("in.ipynb", cells);
  const command = ["-m", "papermill", "in.ipynb", "out.ipynb", "-k", "cellar", "--no-progress-bar", ...args];
  const { code, stderr } = await world.python(command);
  assert.ok(existsSync(join(world.folder, "out.ipynb")), stderr);
  const notebook = readOut(world);
  const last = notebook.cells.at(-1)!.outputs.at(-1)?.data?.["text/plain"];
  return { code, stderr, notebook, last: textOf(last) };
}

/** papermill notes NaN as Python writes it, which is no JSON. */
const readOut = (world: ClientWorld): SavedNotebook =>
  JSON.parse(world.read("out.ipynb").replace(/: (NaN|-?Infinity)(?=[,\n])/g, ": null")) as SavedNotebook;
const textOf = (lines: unknown): string => [lines].flat().join("");

const declared = (source: string): CellSource => ({ source, tags: ["parameters"] });
const injectedInto = ({ cells }: SavedNotebook) =>
  cells.findIndex(({ metadata }) => metadata.tags?.includes("injected-parameters"));

test("papermill sets parameters that the parameters cell declares", async ({ world }) => {
  const cells = [
    declared('const limit: number = 100;\nconst mode: string = "slow";\nconst strict: boolean = false;'),
    "[limit === 100, limit + 1, mode + '!', strict === false]",
  ];
  const { code, stderr, notebook, last } = await papermill(world, cells, [
    ..."-p limit 5 -p mode fast -p strict True".split(" "),
  ]);
  assert.is(code, 0, stderr);
  assert.is(injectedInto(notebook), 1);
  assert.is(
    textOf(notebook.cells[1]!.source),
    '// Parameters\nlet limit = 5;\nlet mode = "fast";\nlet strict = true;\n',
  );
  assert.is(last, "[ false, 6, 'fast!', false ]");
});

test("papermill sets parameters where no cell declares any", async ({ world }) => {
  const { code, stderr, notebook, last } = await papermill(world, ["limit * 2"], ["-p", "limit", "21"]);
  assert.is(code, 0, stderr);
  assert.is(injectedInto(notebook), 0);
  assert.is(last, "42");
});

/** JSON knows no NaN, Python's reader does; and a number beyond 2 ** 53 is exact there. */
const BY_PYTHON = `
import json, sys, papermill
papermill.execute_notebook("in.ipynb", "out.ipynb", json.load(sys.stdin), kernel_name="cellar", progress_bar=False)
`;

test("papermill's values arrive as they are", async ({ world }) => {
  const given = {
    text: "quote \" ' ` back\\slash\nnew $\u007bline} // ünïcode 🎉 \u2028 \u202e </script>",
    nested: { list: [1, [2, { three: null }], []], "odd key": true, ["__proto__"]: { x: 1 }, empty: {} },
    none: null,
    tiny: 1e-7,
    large: 1e21,
    below: -0.5,
    whole: 9007199254740991,
  };
  const others = '"hole": NaN, "far": -Infinity, "big": 1152921504606846977';
  const facts = "Number.isNaN(hole), far, typeof big, big, Object.getPrototypeOf(nested) === Object.prototype";
  const names = Object.keys(given).join(", ");
  world.writeNotebook("in.ipynb", [`console.log(JSON.stringify([${names}]));`, `[${facts}].join(" ")`]);
  const input = `${JSON.stringify(given).slice(0, -1)}, ${others}}`;
  const { code, stderr } = await world.python(["-c", BY_PYTHON], input);
  assert.is(code, 0, stderr);
  const [printed, last] = readOut(world).cells.slice(-2);
  assert.equal(JSON.parse(textOf(printed!.outputs[0]!.text)), Object.values(given));
  assert.is(textOf(last!.outputs[0]!.data!["text/plain"]), "'true -Infinity bigint 1152921504606846977 true'");
});

for (const [what, args, told] of [
  ["a name that no variable can have", ["-p", "my limit", "5"], "Cannot set the parameter 'my limit'"],
  ["a reserved word", ["-p", "class", "5"], "Cannot set the parameter 'class'"],
] as const)
  test(`papermill refuses ${what}`, async ({ world }) => {
    world.writeNotebook("in.ipynb", ["1"]);
    const { code, stderr } = await world.python(["-m", "papermill", "in.ipynb", "refused.ipynb", ...args]);
    assert.is.not(code, 0);
    assert.match(stderr, told);
    assert.not.ok(existsSync(join(world.folder, "refused.ipynb")));
  });

test("papermill tells of a value of the wrong type before the cell that would use it runs", async ({ world }) => {
  const cells = [declared("const limit: number = 1;"), "limit.toFixed(1)"];
  const { code, stderr, notebook } = await papermill(world, cells, ["-p", "limit", "many"]);
  assert.is(code, 1);
  assert.match(stderr, /TS2551 in cell .*toFixed/);
  assert.is(notebook.cells.at(-1)!.outputs[0]!.ename, "TypeCheckError");
});

test("papermill ends with the error of a cell that fails, and keeps what ran before", async ({ world }) => {
  const { code, stderr, notebook } = await papermill(
    world,
    ["console.log('before')", 'throw new RangeError("as asked")', "console.log('after')"],
    [],
  );
  assert.is(code, 1);
  assert.match(stderr, "RangeError: as asked");
  const outputs = notebook.cells.map((cell) => (cell.outputs ?? []).map(({ output_type }) => output_type));
  assert.equal(outputs.filter((each) => each.length > 0).slice(-2), [["stream"], ["error"]]);
});

test("papermill runs a flow whose states and results stand in the notebook", async ({ world }) => {
  const cells = [declared("const most: number = 3;"), FLOW_CELL, "(await sum([most, 2]).run()).result"];
  const { code, stderr, notebook, last } = await papermill(world, cells, ["-p", "most", "40"]);
  assert.is(code, 0, stderr);
  assert.is(last, "42");
  const told = notebook.cells[2]!.outputs.map(({ data }) => textOf(data?.["text/html"])).join("");
  for (const word of ["report", "load rows", "sum them", "kept 0, ran 2"]) assert.match(told, word);
});

test("papermill --engine cellar runs a notebook that does not say what it is", async ({ world }) => {
  world.writeNotebook("bare.ipynb", ["limit + 1"], {});
  const command = ["-m", "papermill", "bare.ipynb", "bare-out.ipynb", "--engine", "cellar", "-p", "limit", "1"];
  const { code, stderr } = await world.python(command);
  assert.is(code, 0, stderr);
  const { cells } = JSON.parse(world.read("bare-out.ipynb")) as SavedNotebook;
  assert.equal(cells.at(-1)!.outputs[0]!.data!["text/plain"], ["2"]);
});

test("papermill --help-notebook lists the parameters with type, default and comment", async ({ world }) => {
  const source = `/** How many rows. */
const limit: number = 100;
let name = "a // b; c", // what it is called
  tags: Map<string, number> = new Map<string, number>([["a", 1]]);
const mode: "fast" | "slow" = "fast"
const pick: (row: number) => boolean = (row) => { return row >= 2; };
const { x, y = 2 } = { x: 1 };
const rows = [
  1, // the first
  2,
], none = null, big = 10n;
console.log("no = 3");
let unset: string;`;
  world.writeNotebook("in.ipynb", [declared(source)]);
  const inspect = "import json, papermill; print(json.dumps(papermill.inspect_notebook('in.ipynb')))";
  const { code, stdout, stderr } = await world.python(["-c", inspect]);
  assert.is(code, 0, stderr);
  const found = Object.values(JSON.parse(stdout) as { [name: string]: { [field: string]: string } });
  assert.equal(
    found.map(({ name, inferred_type_name, default: value, help }) => [name, inferred_type_name, value, help]),
    [
      ["limit", "number", "100", "How many rows."],
      ["name", "string", '"a // b; c"', "what it is called"],
      ["tags", "Map<string, number>", 'new Map<string, number>([["a", 1]])', ""],
      ["mode", '"fast" | "slow"', '"fast"', ""],
      ["pick", "(row: number) => boolean", "(row) => { return row >= 2; }", ""],
      ["rows", "None", "[\n  1, \n  2,\n]", ""],
      ["none", "NoneType", "null", ""],
      ["big", "bigint", "10n", ""],
    ],
  );
  const help = await world.python(["-m", "papermill", "--help-notebook", "in.ipynb"]);
  assert.match(help.stdout, /limit: number \(default 100\)\s+How many rows\./);
});

test("papermill leaves no process behind", ({ world }) => assert.equal(world.leftProcesses(), []));

test.run();
