import { FAILED_TYPES, RUNNING_TYPES, SUCCESSFUL_TYPES } from "../../../src/contracts/records.js";
import type { PlacedNode } from "../../../src/display/graph-layout.js";
import { formatDuration } from "../../../src/display/human-units.js";
import { attemptText, countOf, lostResultText, type OutlineNode, totalOf } from "../../../src/display/run-outline.js";
import { setAttributes, setText, svgElement, type View } from "./element.js";
import { fitText } from "./fit-text.js";
import { shownState } from "./flow-run-model.js";
import { countdown, taskProgress } from "./remaining.js";
import { stateIcon, toneOf, wordOf } from "./state-icon.js";

export const NODE_WIDTH = 184;
export const NODE_HEIGHT = 50;
const TEXT_WIDTH = NODE_WIDTH - 36 - 10;
const NAME_STYLE = { size: 13, weight: 500 };
const DETAIL_STYLE = { size: 11, weight: 400 };
/** Diagonals over a card whose state an earlier attempt reached. */
const HATCH = hatch(12);

export interface NodeModel {
  readonly node: OutlineNode;
  readonly placed: PlacedNode;
  readonly selected: boolean;
  readonly focusable: boolean;
  readonly now: number;
  readonly running: boolean;
}

/** One call in the graph: sign, name, word and time; a stack of cards with a bar when it is mapped. */
export function graphNode(select: (name: string) => void): View<NodeModel, SVGGElement> {
  const icon = stateIcon();
  setAttributes(icon.node, { x: 12, y: 10 });
  const title = svgElement("title");
  const name = svgElement("text", { class: "cl-node-name", x: 36, y: 22 });
  const detail = svgElement("text", { class: "cl-node-detail", x: 36, y: 38 });
  const deck = svgElement("rect", {
    class: "cl-node-deck",
    x: 4,
    y: 4,
    width: NODE_WIDTH - 2,
    height: NODE_HEIGHT - 1,
    rx: 6,
  });
  const card = svgElement("rect", { class: "cl-node-card", width: NODE_WIDTH, height: NODE_HEIGHT, rx: 6 });
  const bar = svgElement("g", { class: "cl-node-bar" });
  const kept = svgElement("path", { class: "cl-node-hatch", d: HATCH });
  const node = svgElement(
    "g",
    { class: "cl-node", role: "button" },
    title,
    deck,
    card,
    kept,
    icon.node,
    name,
    detail,
    bar,
  );
  let current = "";
  node.addEventListener("click", () => select(current));
  return {
    node,
    update({ node: call, placed, selected, focusable, now, running }) {
      current = call.name;
      const state = shownState(call);
      const text = detailOf(call, now, running);
      const error = errorOf(call);
      icon.update(state);
      setText(title, [call.name, text, error].filter(Boolean).join("\n"));
      setText(name, fitText(call.name, TEXT_WIDTH, NAME_STYLE));
      setText(detail, fitText(error ?? text, TEXT_WIDTH, DETAIL_STYLE));
      setAttributes(detail, { class: error ? "cl-node-error" : "cl-node-detail" });
      setAttributes(deck, { visibility: call.mapped ? null : "hidden" });
      drawBar(bar, call);
      setAttributes(node, {
        transform: `translate(${placed.x} ${placed.y})`,
        "data-name": call.name,
        "data-state": state,
        "data-tone": toneOf(state),
        "data-selected": selected ? "true" : null,
        "data-kept": call.run?.kept ? "true" : null,
        "aria-label": [call.name, text, error].filter(Boolean).join(", "),
        "aria-pressed": String(selected),
        tabindex: focusable ? 0 : -1,
      });
    },
  };
}

/** The first line of what a failed task says of its failure. */
function errorOf({ run, childStates }: OutlineNode): string | undefined {
  if (!run?.state.error || totalOf(childStates) > 0) return undefined;
  return run.state.error.message.split("\n")[0] || run.state.error.name;
}

function hatch(step: number): string {
  let path = "";
  for (let x = step - NODE_HEIGHT; x < NODE_WIDTH; x += step) {
    const [from, to] = [Math.max(0, -x), Math.min(NODE_HEIGHT, NODE_WIDTH - x)];
    path += `M${x + from} ${NODE_HEIGHT - from}L${x + to} ${NODE_HEIGHT - to}`;
  }
  return path;
}

function detailOf(call: OutlineNode, now: number, running: boolean): string {
  const total = totalOf(call.childStates);
  if (total > 0) {
    const failed = countOf(call.childStates, FAILED_TYPES);
    const done = `${countOf(call.childStates, SUCCESSFUL_TYPES)} of ${total} items`;
    return failed > 0 ? `${done} · ${failed} failed` : done;
  }
  const { run } = call;
  if (!run) return "Planned";
  const wait = running ? countdown(run.state, now) : undefined;
  if (wait) return `${wait} · attempt ${attemptText(run)}`;
  const progress = running ? taskProgress(run, now) : undefined;
  if (progress) return [progress, run.state.progress?.message].filter(Boolean).join(" · ");
  const end = run.endedAt ?? (running && RUNNING_TYPES.includes(run.state.type) ? now : null);
  return [
    wordOf(run.state.type),
    run.kept ? "kept" : run.startedAt !== null && end !== null && formatDuration(end - run.startedAt),
    run.state.runCount > 1 && `attempt ${attemptText(run)}`,
    lostResultText(run) && "result not kept",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Shares of a mapped call's children, or the progress that a task told. */
function drawBar(bar: SVGGElement, call: OutlineNode): void {
  const total = totalOf(call.childStates);
  const shares: [string, number][] =
    total > 0
      ? [
          ["good", countOf(call.childStates, SUCCESSFUL_TYPES) / total],
          ["bad", countOf(call.childStates, FAILED_TYPES) / total],
          ["active", countOf(call.childStates, RUNNING_TYPES) / total],
        ]
      : call.run?.state.progress && RUNNING_TYPES.includes(call.run.state.type)
        ? [["active", Math.min(1, Math.max(0, call.run.state.progress.fraction))]]
        : [];
  const text = JSON.stringify(shares);
  if (bar.getAttribute("data-shares") === text) return;
  bar.setAttribute("data-shares", text);
  const [width, y] = [NODE_WIDTH - 24, NODE_HEIGHT - 6];
  let x = 12;
  bar.replaceChildren(
    ...(shares.length > 0 ? [svgElement("rect", { class: "cl-node-track", x, y, width, height: 2, rx: 1 })] : []),
    ...shares
      .filter(([, share]) => share > 0)
      .map(([tone, share]) => {
        const rect = svgElement("rect", { "data-tone": tone, x, y, width: share * width, height: 2, rx: 1 });
        x += share * width;
        return rect;
      }),
  );
}
