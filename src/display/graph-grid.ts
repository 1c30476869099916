/** Wraps long columns of equal nodes into grids before the graph is laid out; shared with the browser. */
import {
  type GraphLayout,
  type LayoutDirection,
  type LayoutNode,
  layoutGraph,
  type PlacedNode,
} from "./graph-layout.js";

/** More nodes than this that wait for the same and are waited for by the same stand in a grid. */
const LONGEST_COLUMN = 8;
const GAP = 18;
/** Width of a grid against its height, so that it fits a page. */
const ASPECT = 2.2;

interface Grid {
  readonly members: readonly LayoutNode[];
  readonly columns: number;
  readonly cell: { readonly width: number; readonly height: number };
}

/** Like layoutGraph, but nodes of one rank with the same neighbours stand in a grid when they are many. */
export function layoutWithGrids(
  nodes: readonly LayoutNode[],
  options: { readonly direction?: LayoutDirection } = {},
): GraphLayout {
  const grids = gridsOf(nodes);
  if (grids.size === 0) return layoutGraph(nodes, options);
  const headOf = new Map<string, string>();
  for (const [head, { members }] of grids) for (const { id } of members) headOf.set(id, head);
  const seen = (id: string): string => headOf.get(id) ?? id;
  const drawn = nodes
    .filter(({ id }) => seen(id) === id)
    .map((node): LayoutNode => {
      const grid = grids.get(node.id);
      const upstream = [...new Set(node.upstream.map(seen))];
      return grid ? { ...node, ...sizeOf(grid), upstream } : { ...node, upstream };
    });
  const layout = layoutGraph(drawn, options);
  const placed = new Map(layout.nodes.map((node) => [node.id, node]));
  const cells = nodes.map((node): PlacedNode => {
    const head = seen(node.id);
    const box = placed.get(head)!;
    const grid = grids.get(head);
    if (!grid) return box;
    const index = grid.members.indexOf(node);
    const [column, row] = [index % grid.columns, Math.floor(index / grid.columns)];
    return {
      ...box,
      id: node.id,
      x: box.x + column * (grid.cell.width + GAP),
      y: box.y + row * (grid.cell.height + GAP),
      width: node.width,
      height: node.height,
      order: box.order + index,
    };
  });
  // One line leads to a grid and one leaves it; the others are there for those who walk the graph.
  const known = new Set(nodes.map(({ id }) => id));
  const paths = new Map(layout.edges.map(({ from, to, path }) => [`${from}\u0000${to}`, path]));
  const edges = nodes.flatMap(({ id, upstream }) =>
    upstream
      .filter((from) => known.has(from) && from !== id)
      .map((from) => {
        const key = `${seen(from)}\u0000${seen(id)}`;
        const path = paths.get(key) ?? "";
        paths.set(key, "");
        return { from, to: id, path };
      }),
  );
  return { ...layout, nodes: cells, edges };
}

function sizeOf({ members, columns, cell }: Grid): { readonly width: number; readonly height: number } {
  const rows = Math.ceil(members.length / columns);
  return { width: columns * (cell.width + GAP) - GAP, height: rows * (cell.height + GAP) - GAP };
}

/** Grids by the id of their first node. */
function gridsOf(nodes: readonly LayoutNode[]): ReadonlyMap<string, Grid> {
  if (nodes.length <= LONGEST_COLUMN) return new Map();
  const downstream = new Map<string, string[]>();
  for (const { id, upstream } of nodes)
    for (const from of upstream) {
      const known = downstream.get(from);
      if (known) known.push(id);
      else downstream.set(from, [id]);
    }
  const equal = new Map<string, LayoutNode[]>();
  for (const node of nodes) {
    const key = JSON.stringify([[...node.upstream].sort(), (downstream.get(node.id) ?? []).toSorted()]);
    const group = equal.get(key);
    if (group) group.push(node);
    else equal.set(key, [node]);
  }
  const grids = new Map<string, Grid>();
  for (const members of equal.values()) {
    if (members.length <= LONGEST_COLUMN) continue;
    const cell = {
      width: Math.max(...members.map(({ width }) => width)),
      height: Math.max(...members.map(({ height }) => height)),
    };
    const wide = Math.sqrt((members.length * ASPECT * (cell.height + GAP)) / (cell.width + GAP));
    grids.set(members[0]!.id, { members, columns: Math.max(1, Math.round(wide)), cell });
  }
  return grids;
}
