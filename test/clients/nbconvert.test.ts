import { suite } from "uvu";
import * as assert from "uvu/assert";
import { STATE_LOOKS } from "../../src/contracts/state-look.js";
import { ClientWorld, FLOW_CELL } from "./client-world.js";

const test = suite<{ world: ClientWorld }>("nbconvert");
test.before((context) => {
  context.world = new ClientWorld();
});
test.after(({ world }) => world.remove());

async function convert(world: ClientWorld, to: string): Promise<string> {
  const { code, stderr } = await world.python(["-m", "nbconvert", "--execute", "--to", to, "n.ipynb"]);
  assert.is(code, 0, stderr);
  return stderr;
}

test("nbconvert --execute --to html shows states without the extension", async ({ world }) => {
  world.writeNotebook("n.ipynb", [FLOW_CELL, "await report.run()"]);
  await convert(world, "html");
  const html = world.read("n.html");
  const { glyph, word } = STATE_LOOKS.Success;
  for (const told of [glyph, word, "report", "load rows", "sum them", "kept 0, ran 2"])
    assert.ok(html.includes(told), `${told} is missing`);
  assert.not.match(html, /ExperimentalWarning/);
});

test("nbconvert --to script gives a TypeScript file", async ({ world }) => {
  world.writeNotebook("n.ipynb", ["const n: number = 1;"]);
  await convert(world, "script");
  assert.match(world.read("n.ts"), /const n: number = 1;/);
});

test.run();
