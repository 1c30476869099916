import { FAILED_TYPES, RUNNING_TYPES } from "../../../src/contracts/records.js";
import { layoutWithGrids } from "../../../src/display/graph-grid.js";
import type { GraphLayout, LayoutDirection, PlacedNode } from "../../../src/display/graph-layout.js";
import type { OutlineNode } from "../../../src/display/run-outline.js";
import { element, keyedViews, setAttributes, setText, svgElement, type View } from "./element.js";
import { type RunScene, shownState } from "./flow-run-model.js";
import { graphMap } from "./graph-map.js";
import { graphNode, NODE_HEIGHT, NODE_WIDTH, type NodeModel } from "./graph-node.js";
import { graphOverview } from "./graph-overview.js";
import { walk } from "./graph-walk.js";
import { type Box, panZoom, type Sight } from "./pan-zoom.js";
import { toneOf } from "./state-icon.js";
import { toolButton, zoomButtons } from "./tool-button.js";
import { t } from "./translate.js";

export interface GraphView extends View<RunScene> {
  /** Buttons for direction, zoom and fit; they are part of the toolbar. */
  readonly tools: HTMLElement;
  dispose(): void;
}

/** Below this scale names cannot be read: boxes and colours are drawn alone. */
const FAR_SCALE = 0.5;
/** Above this many nodes a small map shows where one is. */
const MAP_ABOVE = 60;
/** Nodes this far outside the frame are drawn too, so that a drag shows no gap. */
const MARGIN = 240;
const EDGES = ["past", "planned", "near"] as const;

/** The run's graph. Planned calls are ghosts; arrow keys walk from call to call, Enter selects, Escape lets go. */
export function graphView(select: (name: string | undefined) => void): GraphView {
  const edgePaths = EDGES.map((kind) => svgElement("path", { class: "cl-edge", "data-kind": kind }));
  const overview = graphOverview("cl-far");
  const nodes = svgElement("g", { class: "cl-nodes" });
  const layer = svgElement("g", {}, svgElement("g", { class: "cl-edges" }, ...edgePaths), overview.node, nodes);
  const svg = svgElement("svg", { class: "cl-graph-svg", role: "group", "data-lm-suppress-shortcuts": true }, layer);
  const empty = element("div", { class: "cl-note" });
  const map = graphMap((x, y) => view.centre(x, y));
  const beyond = edgeCounts((box) => view.reveal(box));
  const node = element("div", { class: "cl-graph" }, svg, ...beyond.nodes, map.node, empty);
  const view = panZoom(svg, layer, {
    important: () => (layout ? importantBox(layout, scene?.outline ?? []) : undefined),
    changed: () => drawSight(),
  });
  let direction: LayoutDirection = "LR";
  let scene: RunScene | undefined;
  let layout: GraphLayout | undefined;
  let placed = new Map<string, PlacedNode>();
  let shape = "";
  let focused: string | undefined;
  let revealed: string | undefined;
  /** The part whose nodes are drawn. */
  let drawn: Box | undefined;
  let wasFar = false;

  const choose = (name: string): void => {
    focused = name;
    select(scene?.selected === name ? undefined : name);
  };
  const updateNodes = keyedViews<NodeModel>(
    nodes,
    ({ node }) => node.name,
    () => graphNode(choose),
  );
  const turn = toolButton(t("Turn the graph"), "M3 5h7l-2-2M10 5 8 7M13 8v5l-2-2M13 13l2-2", () => {
    direction = direction === "LR" ? "TB" : "LR";
    draw();
    view.fit();
  });
  const tools = element(
    "div",
    { class: "cl-tools", role: "toolbar", "aria-label": t("Graph") },
    turn,
    ...zoomButtons(view.zoom, view.fit),
  );
  overview.node.addEventListener("click", (event) => {
    const box = svg.getBoundingClientRect();
    const { x, y, scale } = view.sight;
    const [atX, atY] = [x + (event.clientX - box.left) / scale, y + (event.clientY - box.top) / scale];
    const found = layout?.nodes.find(
      (each) => atX >= each.x && atX <= each.x + each.width && atY >= each.y && atY <= each.y + each.height,
    );
    if (found) choose(found.id);
  });
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
      view.reveal(placed.get(next));
      draw();
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
    const { outline, selected, run } = scene;
    setAttributes(svg, { hidden: outline.length === 0 });
    empty.hidden = outline.length > 0;
    setText(
      empty,
      run.omitted ? "Too large for this saved copy: the tasks are shown while the kernel is connected" : "No tasks",
    );
    const wanted = JSON.stringify([direction, outline.map(({ name, upstream }) => [name, upstream])]);
    if (!layout || wanted !== shape) {
      shape = wanted;
      layout = layoutWithGrids(
        outline.map(({ name, upstream }) => ({ id: name, upstream, width: NODE_WIDTH, height: NODE_HEIGHT })),
        { direction },
      );
      placed = new Map(layout.nodes.map((each) => [each.id, each]));
      drawn = undefined;
      setAttributes(svg, {
        "data-direction": direction,
        "aria-label": `Graph of ${outline.length} tasks. Arrow keys walk it.`,
      });
      view.setContent(layout.width, layout.height);
    }
    if (!outline.some(({ name }) => name === focused)) focused = outline[0]?.name;
    if (revealed !== selected) {
      revealed = selected;
      view.reveal(selected === undefined ? undefined : placed.get(selected));
    }
    drawNodes();
    drawEdges();
    drawMap();
  }

  /** What a pan or a zoom changes: more nodes come in sight, or names become readable. */
  function drawSight(): void {
    if (!scene || !layout) return;
    const { sight } = view;
    const far = sight.scale < FAR_SCALE;
    if (far !== wasFar || !drawn || (!far && !contains(drawn, sight))) drawNodes();
    beyond.update(far ? undefined : sight, layout.nodes);
    map.showSight(sight);
  }

  function drawNodes(): void {
    if (!scene || !layout) return;
    const { outline, selected, now, running } = scene;
    const { sight } = view;
    const far = sight.scale < FAR_SCALE;
    wasFar = far;
    drawn = widened(sight);
    const part = drawn;
    setAttributes(svg, { "data-far": far ? "true" : null });
    overview.update(far ? farNodes(outline, placed) : []);
    updateNodes(
      outline.flatMap((call): NodeModel[] => {
        const box = placed.get(call.name)!;
        const isSelected = call.name === selected || call.children.some(({ id }) => id === selected);
        const focusable = call.name === focused;
        if (!isSelected && !focusable && (far || !overlaps(part, box))) return [];
        return [{ node: call, placed: box, selected: isSelected, focusable, now, running }];
      }),
    );
  }

  function drawEdges(): void {
    if (!scene || !layout) return;
    const { outline, selected } = scene;
    const planned = new Set(outline.filter((call) => shownState(call) === "Planned").map(({ name }) => name));
    const paths: { readonly [K in (typeof EDGES)[number]]: string[] } = { past: [], planned: [], near: [] };
    for (const { from, to, path } of layout.edges) {
      if (path === "") continue;
      const kind = from === selected || to === selected ? "near" : planned.has(to) ? "planned" : "past";
      paths[kind].push(path);
    }
    for (const [index, kind] of EDGES.entries()) setAttributes(edgePaths[index]!, { d: paths[kind].join("") || null });
  }

  function drawMap(): void {
    if (!scene || !layout) return;
    map.node.hidden = scene.outline.length <= MAP_ABOVE;
    if (map.node.hidden) return;
    map.update({ nodes: farNodes(scene.outline, placed), width: layout.width, height: layout.height });
    map.showSight(view.sight);
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

const farNodes = (outline: readonly OutlineNode[], placed: ReadonlyMap<string, PlacedNode>) =>
  outline.map((call) => ({ placed: placed.get(call.name)!, tone: toneOf(shownState(call)) }));

/** What a first view is centred on: what failed, else what runs. */
function importantBox(layout: GraphLayout, outline: readonly OutlineNode[]): Box | undefined {
  const named = (types: readonly string[]) => outline.find((call) => types.includes(shownState(call)))?.name;
  const name = named(FAILED_TYPES.filter((type) => type !== "TriggerFailed")) ?? named(RUNNING_TYPES);
  return name === undefined ? undefined : layout.nodes.find(({ id }) => id === name);
}

const overlaps = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const contains = (outer: Box, inner: Box): boolean =>
  outer.x <= inner.x &&
  outer.y <= inner.y &&
  outer.x + outer.width >= inner.x + inner.width &&
  outer.y + outer.height >= inner.y + inner.height;
/** @returns the part in sight with a margin, in the picture's units. */
function widened({ x, y, width, height, scale }: Sight): Box {
  const margin = MARGIN / scale;
  return { x: x - margin, y: y - margin, width: width + margin * 2, height: height + margin * 2 };
}

/** "3 more →" at each edge beyond which nodes lie; a click brings the nearest in sight. */
function edgeCounts(reveal: (box: Box) => void) {
  const sides = [
    {
      name: "left",
      flat: true,
      text: (count: number) => `← ${count} more`,
      gap: (sight: Box, box: Box) => sight.x - (box.x + box.width),
    },
    {
      name: "right",
      flat: true,
      text: (count: number) => `${count} more →`,
      gap: (sight: Box, box: Box) => box.x - (sight.x + sight.width),
    },
    {
      name: "top",
      flat: false,
      text: (count: number) => `↑ ${count} more`,
      gap: (sight: Box, box: Box) => sight.y - (box.y + box.height),
    },
    {
      name: "bottom",
      flat: false,
      text: (count: number) => `↓ ${count} more`,
      gap: (sight: Box, box: Box) => box.y - (sight.y + sight.height),
    },
  ].map((side) => {
    const button = element("button", { type: "button", class: "cl-beyond", "data-side": side.name, hidden: true });
    let nearest: Box | undefined;
    button.addEventListener("click", () => nearest && reveal(nearest));
    return {
      button,
      update(sight: Sight | undefined, boxes: readonly PlacedNode[]) {
        const half = (box: Box): number => (side.flat ? box.width : box.height) / 2;
        const out = sight ? boxes.filter((box) => side.gap(sight, box) > -half(box)) : [];
        button.hidden = out.length === 0;
        if (!sight || out.length === 0) return;
        nearest = out.reduce((one, other) => (side.gap(sight, other) < side.gap(sight, one) ? other : one));
        setText(button, side.text(out.length));
      },
    };
  });
  return {
    nodes: sides.map(({ button }) => button),
    update(sight: Sight | undefined, boxes: readonly PlacedNode[]) {
      for (const side of sides) side.update(sight, boxes);
    },
  };
}
