import { test } from "uvu";
import * as assert from "uvu/assert";
import { type GraphLayout, type LayoutNode, layoutGraph } from "../../src/display/graph-layout.js";
import { largeRun } from "./sample-runs.js";

const size = { width: 100, height: 40 };
const sketch = (edges: { readonly [id: string]: readonly string[] }): LayoutNode[] =>
  Object.entries(edges).map(([id, upstream]) => ({ id, upstream, ...size }));
const at = (layout: GraphLayout, id: string) => layout.nodes.find((node) => node.id === id)!;

const DIAMOND = sketch({ a: [], b: ["a"], c: ["a"], d: ["b", "c"] });

function overlaps({ nodes }: GraphLayout): string[] {
  const found: string[] = [];
  for (const [index, a] of nodes.entries())
    for (const b of nodes.slice(index + 1))
      if (a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)
        found.push(`${a.id} and ${b.id}`);
  return found;
}

test("layoutGraph() puts each node after all it waits for", () => {
  const layout = layoutGraph(sketch({ d: ["b", "c"], c: ["b"], b: ["a"], a: [] }));
  for (const { from, to } of layout.edges) {
    assert.ok(at(layout, from).layer < at(layout, to).layer);
    assert.ok(at(layout, from).x + 100 < at(layout, to).x);
  }
});

test("layoutGraph() turns by direction", () => {
  const [sideways, down] = [layoutGraph(DIAMOND), layoutGraph(DIAMOND, { direction: "TB" })];
  assert.ok(at(sideways, "d").x > at(sideways, "a").x + 100);
  assert.ok(at(down, "d").y > at(down, "a").y + 40);
  assert.ok(down.height > down.width);
});

test("layoutGraph() centres a node between its neighbours", () => {
  const layout = layoutGraph(DIAMOND);
  const middle = (at(layout, "b").y + at(layout, "c").y) / 2;
  assert.ok(Math.abs(at(layout, "a").y - middle) < 1);
  assert.ok(Math.abs(at(layout, "d").y - middle) < 1);
});

test("layoutGraph() keeps nodes apart and inside its size", () => {
  for (const nodes of [DIAMOND, largeNodes(300), sketch({ a: [], b: [], c: [], d: [] })]) {
    const layout = layoutGraph(nodes);
    assert.equal(overlaps(layout), []);
    for (const { x, y, width, height } of layout.nodes) {
      assert.ok(x >= -0.01 && y >= -0.01);
      assert.ok(x + width <= layout.width + 0.01 && y + height <= layout.height + 0.01);
    }
  }
});

test("layoutGraph() puts a late-read source beside its reader", () => {
  const layout = layoutGraph(sketch({ a: [], b: ["a"], c: ["b"], late: [], d: ["c", "late"] }));
  assert.is(at(layout, "late").layer, at(layout, "c").layer);
});

test("layoutGraph() uncrosses two parallel lines", () => {
  const layout = layoutGraph(sketch({ a: [], b: [], x: ["b"], y: ["a"] }));
  assert.is(at(layout, "a").y < at(layout, "b").y, at(layout, "y").y < at(layout, "x").y);
});

test("layoutGraph() leaves out unknown upstream, self loops and the edge that closes a cycle", () => {
  const layout = layoutGraph(sketch({ a: ["b", "a", "ghost"], b: ["a"] }));
  assert.is(layout.nodes.length, 2);
  assert.is(layout.edges.length, 1);
});

test("layoutGraph() gives nothing for nothing", () => {
  assert.equal(layoutGraph([]), { nodes: [], edges: [], width: 0, height: 0 });
});

test("layoutGraph() gives the same layout for the same graph", () => {
  assert.equal(layoutGraph(largeNodes(200)), layoutGraph(largeNodes(200)));
});

test("layoutGraph() places a chain of 5 000 without exhausting the stack", () => {
  const chain = Array.from({ length: 5000 }, (_, index) => ({
    id: String(index),
    upstream: index === 0 ? [] : [String(index - 1)],
    ...size,
  }));
  assert.is(layoutGraph(chain.toReversed()).nodes.length, 5000);
});

function largeNodes(count: number): LayoutNode[] {
  return largeRun(count).graph.map(({ name, upstream }) => ({ id: name, upstream, ...size }));
}

test.run();
