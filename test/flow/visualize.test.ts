import { inspect } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DISPLAY, dumpState, flow, loadState, task } from "../../src/index.js";

const test = suite("visualize");
const read = task('read "all" <b>', () => [1, 2]);
const odd = task("odd", (n: number) => {
  if (n % 2 === 0) throw new Error("even");
  return n;
});
const sum = task("sum", (all: readonly number[]) => all.length);
const drawn = flow("drawn", () => {
  const all = read();
  return { all, odds: odd.map(all), sum: sum(all) };
});

test("visualize() draws calls and edges as SVG, without anything that runs", () => {
  const svg = drawn.visualize();
  assert.match(svg, /^<svg [^>]+role="img">/);
  assert.is(svg.match(/<path /g)!.length, 2);
  assert.is(svg.match(/planned/g)!.length, 3);
  assert.match(svg, "read &quot;all&quot; &lt;b&gt;");
  assert.not.match(svg, "<b>");
});

test("visualize({ state }) colours by state, also by one that was loaded", async () => {
  const state = await drawn.run({ store: "none" });
  const svg = drawn.visualize({ state });
  assert.match(svg, "✓ Success");
  assert.match(svg, "Mapped (2, 1 failed)");
  assert.not.match(svg, "planned");
  assert.is(drawn.visualize({ state: loadState(await dumpState(state)) }), svg);
});

test('visualize({ format: "mermaid" }) gives a flowchart', () => {
  const lines = drawn.visualize({ format: "mermaid" }).split("\n");
  assert.equal(lines.slice(0, 2), ["flowchart LR", '  n0["read #34;all#34; #60;b#62;<br/>planned"]:::planned']);
  assert.ok(lines.includes("  n0 --> n1") && lines.includes("  n0 --> n2"));
});

test('visualize({ format: "dot" }) gives a digraph', async () => {
  const state = await drawn.run({ store: "none" });
  const lines = drawn.visualize({ state, format: "dot" }).split("\n");
  assert.is(lines[0], 'digraph "drawn" {');
  assert.match(lines[2]!, '  n0 [label="read \\"all\\" <b>\\n✓ Success"');
  assert.ok(lines.includes("  n0 -> n2;"));
});

test("visualize() refuses a format that it does not know", () => {
  assert.throws(() => drawn.visualize({ format: "png" as never }), /png is not svg, mermaid or dot/);
});

test("a flow displays itself as its graph, a huge one as text", () => {
  const bundle = drawn[DISPLAY]();
  assert.equal(Object.keys(bundle), ["image/svg+xml", "text/plain"]);
  assert.is(bundle["text/plain"], inspect(drawn));
  const huge = flow("huge", () => {
    for (let index = 0; index < 500; index += 1) read();
  });
  assert.equal(Object.keys(huge[DISPLAY]()), ["text/plain"]);
});

test("a flow without calls has a picture too", () => assert.match(flow("empty", () => ({})).visualize(), /<svg/));

test.run();
