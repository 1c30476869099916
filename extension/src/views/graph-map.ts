import { element, setAttributes, svgElement, type View } from "./element.js";
import { type FarNode, graphOverview } from "./graph-overview.js";
import type { Sight } from "./pan-zoom.js";
import { t } from "./translate.js";

export interface GraphMapModel {
  readonly nodes: readonly FarNode[];
  readonly width: number;
  readonly height: number;
}

export interface GraphMap extends View<GraphMapModel> {
  /** Frames the part that is in sight. */
  showSight(sight: Sight): void;
}

const MOST_WIDTH = 132;
const MOST_HEIGHT = 84;

/** A small picture of a large graph, with a frame around what is in sight; a click goes there. */
export function graphMap(go: (x: number, y: number) => void): GraphMap {
  const overview = graphOverview("cl-far");
  const frame = svgElement("rect", { class: "cl-map-sight" });
  const svg = svgElement("svg", { "aria-hidden": "true" }, overview.node, frame);
  const node = element("div", { class: "cl-map", title: t("Where you are in the graph"), hidden: true }, svg);
  let model: GraphMapModel | undefined;
  svg.addEventListener("click", (event) => {
    if (!model) return;
    const box = svg.getBoundingClientRect();
    go(((event.clientX - box.left) / box.width) * model.width, ((event.clientY - box.top) / box.height) * model.height);
  });
  return {
    node,
    update(next) {
      model = next;
      const scale = Math.min(MOST_WIDTH / next.width, MOST_HEIGHT / next.height);
      setAttributes(svg, {
        viewBox: `0 0 ${next.width} ${next.height}`,
        width: Math.max(8, Math.round(next.width * scale)),
        height: Math.max(8, Math.round(next.height * scale)),
      });
      overview.update(next.nodes);
    },
    showSight({ x, y, width, height }) {
      if (!model) return;
      const [left, top] = [Math.max(0, x), Math.max(0, y)];
      setAttributes(frame, {
        x: left,
        y: top,
        width: Math.max(0, Math.min(model.width, x + width) - left),
        height: Math.max(0, Math.min(model.height, y + height) - top),
      });
    },
  };
}
