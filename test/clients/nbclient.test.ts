import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ClientWorld, FLOW_CELL, type SavedNotebook, VALUE_CELL } from "./client-world.js";

/** Executes a notebook as nbclient does it for others, and writes it back. */
const EXECUTE = `
import sys, nbclient, nbformat
path, allow_errors = sys.argv[1], sys.argv[2] == "allow"
notebook = nbformat.read(path, 4)
nbclient.NotebookClient(notebook, timeout=120, allow_errors=allow_errors).execute()
nbformat.validate(notebook)
nbformat.write(notebook, path)
`;

const test = suite<{ world: ClientWorld }>("nbclient");
test.before((context) => {
  context.world = new ClientWorld();
});
test.after(({ world }) => world.remove());

async function execute(world: ClientWorld, cells: readonly string[], errors = "refuse"): Promise<SavedNotebook> {
  world.writeNotebook("n.ipynb", cells);
  const { code, stderr } = await world.python(["-c", EXECUTE, "n.ipynb", errors]);
  assert.is(code, 0, stderr);
  return JSON.parse(world.read("n.ipynb")) as SavedNotebook;
}

test("nbclient runs a notebook with a flow", async ({ world }) => {
  const { cells } = await execute(world, [FLOW_CELL, VALUE_CELL, "1 + 1"]);
  assert.equal(
    cells.map(({ execution_count }) => execution_count),
    [1, 2, 3],
  );
  const [flow, state, plain] = cells.map(({ outputs }) => outputs);
  assert.is(flow!.filter(({ output_type }) => output_type === "stream").length, 0, "nothing on stderr");
  assert.match(String(flow!.map(({ data }) => data?.["text/plain"]).join("\n")), /report/);
  assert.equal(state!.at(-1)!.data!["text/plain"], ["43"]);
  assert.equal(
    plain!.map(({ data }) => data!["text/plain"]),
    [["2"]],
  );
});

test("nbclient hears of a cell that fails, and of the type error of another", async ({ world }) => {
  const { cells } = await execute(
    world,
    ['throw new RangeError("as asked")', 'const n: number = "text";', "n"],
    "allow",
  );
  assert.equal(
    cells.map(({ outputs }) => outputs.find(({ output_type }) => output_type === "error")?.ename),
    ["RangeError", "TypeCheckError", "TypeCheckError"],
  );
});

test("nbclient leaves no process behind", ({ world }) => assert.equal(world.leftProcesses(), []));

test.run();
