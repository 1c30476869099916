/** One value has one key, wherever it comes from: a literal, a call, a store, whichever serializer. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  CompressedSerializer,
  FileSerializer,
  flow,
  JSONSerializer,
  parameter,
  type TaskOptions,
  task,
} from "../../src/index.js";
import { Notebook } from "./notebook.js";

const test = suite<{ notebook: Notebook }>("InputKeys");
test.before.each(async (world) => {
  world.notebook = await Notebook.open();
});
test.after.each((world) => world.notebook.close());

const shared = { shared: true };
const VALUES: readonly (readonly [what: string, make: () => unknown])[] = [
  ["a number", () => 5],
  ["a text", () => "five"],
  ["a list", () => [1, [2, { three: 3 }]]],
  ["an empty list", () => []],
  ["an object", () => ({ b: 1, a: { d: [], c: null } })],
  ["a long list", () => Array.from({ length: 1000 }, (_, at) => ({ at, text: "x".repeat(at % 7) }))],
  ["an object used twice", () => [shared, shared]],
];
const WAYS: readonly (readonly [way: string, options: (folder: string) => TaskOptions])[] = [
  ["by the default serializer", () => ({})],
  ["as JSON", () => ({ serializer: new JSONSerializer() })],
  ["compressed", () => ({ serializer: new CompressedSerializer() })],
  ["in a file", (folder) => ({ serializer: new FileSerializer({ folder }) })],
  ["unstored", () => ({ checkpoint: false })],
];

for (const [what, make] of VALUES)
  test(`InputKeys gives one key to ${what}`, async ({ notebook }) => {
    let ran = 0;
    const use = task("use", (value: unknown) => `${++ran} ${typeof value}`, { cacheFor: "1h" });
    await flow("literal", () => use(make())).run();
    for (const [way, options] of WAYS) {
      const give = task("give", make, options(notebook.folder));
      const built = flow(`given ${way}`, () => ({ used: use(give()) }));
      const fresh = await built.run();
      assert.is(fresh.result.get(built.calls.used).type, "Cached", `fresh, ${way}`);
      const again = await built.run({ from: built.calls.used });
      assert.is(again.result.get(built.calls.used).type, "Cached", `reloaded, ${way}`);
    }
    const built = flow("parameter", () => ({ used: use(parameter("value")) }));
    const state = await built.run({ parameters: { value: make() } });
    assert.is(state.result.get(built.calls.used).type, "Cached", "as a parameter");
    assert.is(ran, 1);
  });

test("InputKeys gives one key to a value that is put together from calls", async () => {
  let ran = 0;
  const use = task("use", (value: unknown) => `${++ran} ${typeof value}`, { cacheFor: "1h" });
  const one = task("one", () => 1);
  const double = task("double", (n: number) => n * 2);
  await flow("literal", () => use([1, { one: 1, two: [1, 2] }])).run();
  await flow("calls", () => use([one(), { two: [one(), 2], one: one() }])).run();
  assert.is(ran, 1);
  await flow("a literal list", () => use([2, 4, 6])).run();
  await flow("a map", () => use(double.map([1, 2, 3]))).run();
  assert.is(ran, 2);
});

test("InputKeys tells values apart that only look alike", async () => {
  let ran = 0;
  const use = task("use", (value: unknown) => `${++ran} ${typeof value}`, { cacheFor: "1h" });
  const values = [1, "1", 1n, [1], [[1]], { 0: 1 }, new Set([1]), null, undefined, "no result", -0, 0, Number.NaN];
  for (const value of values) await flow("f", () => use(value)).run();
  assert.is(ran, values.length);
});

test.run();
