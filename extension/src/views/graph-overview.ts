import type { StateTone } from "../../../src/contracts/state-look.js";
import type { PlacedNode } from "../../../src/display/graph-layout.js";
import { keyedViews, setAttributes, svgElement, type View } from "./element.js";

/** A node from far away: its box and its colour. */
export interface FarNode {
  readonly placed: PlacedNode;
  readonly tone: StateTone;
}

interface Group {
  readonly tone: StateTone;
  readonly path: string;
}

/** All nodes as boxes in their colours, one path per colour: as light for a thousand as for ten. */
export function graphOverview(className: string): View<readonly FarNode[], SVGGElement> {
  const node = svgElement("g", { class: className });
  const updateGroups = keyedViews<Group>(
    node,
    ({ tone }) => tone,
    () => {
      const path = svgElement("path");
      return { node: path, update: ({ tone, path: d }) => setAttributes(path, { d, "data-tone": tone }) };
    },
  );
  return {
    node,
    update(nodes) {
      const paths = new Map<StateTone, string[]>();
      for (const { placed, tone } of nodes) {
        const boxes = paths.get(tone) ?? [];
        paths.set(tone, boxes);
        boxes.push(`M${round(placed.x)} ${round(placed.y)}h${placed.width}v${placed.height}h${-placed.width}z`);
      }
      updateGroups([...paths].map(([tone, boxes]) => ({ tone, path: boxes.join("") })));
    },
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
