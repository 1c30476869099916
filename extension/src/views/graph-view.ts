import {
  type GraphLayout,
  type LayoutDirection,
  layoutGraph,
  type PlacedEdge,
} from "../../../src/display/graph-layout.js";
import { element, keyedViews, setAttributes, setText, svgElement, type View } from "./element.js";
import { type RunScene, shownState } from "./flow-run-model.js";
import { graphNode, NODE_HEIGHT, NODE_WIDTH, type NodeModel } from "./graph-node.js";
import { walk } from "./graph-walk.js";
import { panZoom } from "./pan-zoom.js";
import { toolButton, zoomButtons } from "./tool-button.js";

export interface GraphView extends View<RunScene> {
  /** Buttons for direction, zoom and fit; they stand in the toolbar. */
  readonly tools: HTMLElement;
  dispose(): void;
}

interface EdgeModel {
  readonly edge: PlacedEdge;
  readonly planned: boolean;
  readonly near: boolean;
}

/** The run's graph. Planned calls stand as ghosts; arrow keys walk from call to call, Enter selects, Escape lets go. */
export function graphView(select: (name: string | undefined) => void): GraphView {
  const edges = svgElement("g", { class: "cl-edges" });
  const nodes = svgElement("g", { class: "cl-nodes" });
  const layer = svgElement("g", {}, edges, nodes);
  const svg = svgElement("svg", { class: "cl-graph-svg", role: "group", "data-lm-suppress-shortcuts": true }, layer);
  const empty = element("div", { class: "cl-note" });
  const node = element("div", { class: "cl-graph" }, svg, empty);
  const view = panZoom(svg, layer);
  let direction: LayoutDirection = "LR";
  let scene: RunScene | undefined;
  let layout: GraphLayout | undefined;
  let shape = "";
  let focused: string | undefined;
  let revealed: string | undefined;

  const updateNodes = keyedViews<NodeModel>(
    nodes,
    ({ node }) => node.name,
    () =>
      graphNode((name) => {
        focused = name;
        select(scene?.selected === name ? undefined : name);
      }),
  );
  const updateEdges = keyedViews<EdgeModel>(edges, ({ edge }) => `${edge.from}\u0000${edge.to}`, edgeView);

  const turn = toolButton("Turn the graph", "M3 5h7l-2-2M10 5 8 7M13 8v5l-2-2M13 13l2-2", () => {
    direction = direction === "LR" ? "TB" : "LR";
    draw();
    view.fit();
  });
  const tools = element(
    "div",
    { class: "cl-tools", role: "toolbar", "aria-label": "Graph" },
    turn,
    ...zoomButtons(view.zoom, view.fit),
  );

  svg.addEventListener("keydown", (event) => {
    focused = (event.target as Element).closest(".cl-node")?.getAttribute("data-name") ?? focused;
    const zoom = { "+": 1.25, "=": 1.25, "-": 0.8 }[event.key];
    if (zoom) view.zoom(zoom);
    else if (event.key === "0") view.fit();
    else if (event.key === "Escape") select(undefined);
    else if (event.key === "Enter" || event.key === " ") select(focused);
    else {
      const next = layout && focused !== undefined && walk(layout, focused, event.key, direction);
      if (!next) return;
      focused = next;
      draw();
      view.reveal(layout?.nodes.find(({ id }) => id === next));
      focusNode(next);
    }
    event.preventDefault();
  });

  function focusNode(name: string): void {
    const found = [...nodes.children].find((each) => each.getAttribute("data-name") === name);
    (found as SVGGElement | undefined)?.focus({ preventScroll: true });
  }

  function draw(): void {
    if (!scene) return;
    const { outline, selected, now, running, run } = scene;
    setAttributes(svg, { hidden: outline.length === 0 });
    empty.hidden = outline.length > 0;
    setText(
      empty,
      run.omitted ? "Too large for this saved copy: the tasks are shown while the kernel is connected" : "No tasks",
    );
    const wanted = JSON.stringify([direction, outline.map(({ name, upstream }) => [name, upstream])]);
    if (!layout || wanted !== shape) {
      shape = wanted;
      layout = layoutGraph(
        outline.map(({ name, upstream }) => ({ id: name, upstream, width: NODE_WIDTH, height: NODE_HEIGHT })),
        { direction },
      );
      setAttributes(svg, {
        "data-direction": direction,
        "aria-label": `Graph of ${outline.length} tasks. Arrow keys walk it.`,
      });
      view.setContent(layout.width, layout.height);
    }
    if (!outline.some(({ name }) => name === focused)) focused = outline[0]?.name;
    if (revealed !== selected) {
      revealed = selected;
      view.reveal(layout.nodes.find(({ id }) => id === selected));
    }
    const placed = new Map(layout.nodes.map((each) => [each.id, each]));
    updateNodes(
      outline.map((call) => ({
        node: call,
        placed: placed.get(call.name)!,
        selected: call.name === selected || call.children.some(({ id }) => id === selected),
        focusable: call.name === focused,
        now,
        running,
      })),
    );
    const planned = new Set(outline.filter((call) => shownState(call) === "Planned").map(({ name }) => name));
    updateEdges(
      layout.edges.map((edge) => ({
        edge,
        planned: planned.has(edge.to),
        near: edge.from === selected || edge.to === selected,
      })),
    );
  }
  return {
    node,
    tools,
    update(next) {
      scene = next;
      draw();
    },
    dispose: () => view.dispose(),
  };
}

function edgeView(): View<EdgeModel, SVGPathElement> {
  const node = svgElement("path", { class: "cl-edge" });
  return {
    node,
    update: ({ edge, planned, near }) =>
      setAttributes(node, {
        d: edge.path,
        "data-planned": planned ? "true" : null,
        "data-near": near ? "true" : null,
      }),
  };
}
