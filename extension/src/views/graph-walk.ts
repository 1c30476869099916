import type { GraphLayout, LayoutDirection, PlacedNode } from "../../../src/display/graph-layout.js";

const STEPS: { readonly [key: string]: "back" | "on" | "before" | "after" } = {
  ArrowLeft: "back",
  ArrowRight: "on",
  ArrowUp: "before",
  ArrowDown: "after",
};
const TURNED = { back: "before", on: "after", before: "back", after: "on" } as const;

/** The node that an arrow key leads to: along the edges one way, within the layer the other. */
export function walk(layout: GraphLayout, from: string, key: string, direction: LayoutDirection): string | undefined {
  const here = layout.nodes.find(({ id }) => id === from);
  const arrow = STEPS[key];
  if (!here || !arrow) return undefined;
  const step = direction === "LR" ? arrow : TURNED[arrow];
  if (step === "back")
    return nearest(
      here,
      layout.edges.filter(({ to }) => to === from).map((edge) => edge.from),
      layout,
    );
  if (step === "on")
    return nearest(
      here,
      layout.edges.filter((edge) => edge.from === from).map(({ to }) => to),
      layout,
    );
  const layer = layout.nodes.filter(({ layer }) => layer === here.layer).sort((a, b) => a.order - b.order);
  return layer[layer.indexOf(here) + (step === "after" ? 1 : -1)]?.id;
}

function nearest(here: PlacedNode, ids: readonly string[], layout: GraphLayout): string | undefined {
  const distance = (node: PlacedNode) => Math.hypot(node.x - here.x, node.y - here.y);
  return layout.nodes.filter(({ id }) => ids.includes(id)).sort((a, b) => distance(a) - distance(b))[0]?.id;
}
