import type { StateType } from "../../../src/contracts/records.js";
import { STATE_LOOKS, type StateTone } from "../../../src/contracts/state-look.js";
import { element, setAttributes, setText, svgElement, type View } from "./element.js";
import { t } from "./translate.js";

/** A call that has not begun has no state yet. */
export type ShownState = StateType | "Planned";

interface Icon {
  /** Ends stand as a full disc, everything under way as a ring. */
  readonly shape: "disc" | "ring" | "dashed" | "arc";
  /** Strokes inside, on a 16 × 16 field. */
  readonly strokes: string;
}

const ICONS: { readonly [S in ShownState]: Icon } = {
  Planned: { shape: "dashed", strokes: "" },
  Pending: { shape: "ring", strokes: "" },
  Scheduled: { shape: "ring", strokes: "M8 5v3l2 1.4" },
  Retrying: { shape: "ring", strokes: "M5.4 8a2.6 2.6 0 1 0 .9-2M6.2 4.4v1.8h1.8" },
  Paused: { shape: "ring", strokes: "M6.6 6v4M9.4 6v4" },
  Resume: { shape: "ring", strokes: "M7 5.8v4.4L10.2 8z" },
  Submitted: { shape: "dashed", strokes: "M5.6 8h4.6M8.6 6.2 10.4 8l-1.8 1.8" },
  Queued: { shape: "ring", strokes: "M5.8 6h4.4M5.8 8h4.4M5.8 10h4.4" },
  Running: { shape: "arc", strokes: "" },
  Cancelling: { shape: "arc", strokes: "M6.6 6.6h2.8v2.8H6.6z" },
  Success: { shape: "disc", strokes: "M5 8.2l2.1 2.1L11 6.2" },
  Cached: { shape: "disc", strokes: "M8 4.8 11.2 8 8 11.2 4.8 8z" },
  Mapped: { shape: "disc", strokes: "M5.4 6.4h5.2M5.4 9.6h5.2M6.4 5.4v5.2M9.6 5.4v5.2" },
  Skipped: { shape: "ring", strokes: "M5.6 6 7.6 8l-2 2M8.6 6l2 2-2 2" },
  Looped: { shape: "ring", strokes: "M8 8C6.8 6.4 4.9 6.6 4.9 8s1.9 1.6 3.1 0c1.2-1.6 3.1-1.4 3.1 0S9.2 9.6 8 8" },
  Failed: { shape: "disc", strokes: "M5.8 5.800l4.4 4.400M10.2 5.800l-4.4 4.4" },
  TimedOut: { shape: "disc", strokes: "M8 4.800V8l2.2 1.5" },
  TriggerFailed: { shape: "disc", strokes: "M5.5 10.500l5-5" },
  ValidationFailed: { shape: "disc", strokes: "M5.4 6.800h5.200M5.4 9.200h5.200M9.4 5l-2.8 6" },
  Crashed: { shape: "disc", strokes: "M8.8 4.6 6.4 8.200h3.200l-2.4 3.4" },
  Cancelled: { shape: "disc", strokes: "M6.2 6.200h3.600v3.600H6.200z" },
};

export const wordOf = (state: ShownState): string => t(state === "Planned" ? "Planned" : STATE_LOOKS[state].word);
export const toneOf = (state: ShownState): StateTone => (state === "Planned" ? "waiting" : STATE_LOOKS[state].tone);

/** The sign of a state, 16 × 16, in its tone. A word stands beside it, so it is silent for screen readers. */
export function stateIcon(): View<ShownState, SVGSVGElement> {
  const node = svgElement("svg", {
    class: "cl-icon",
    viewBox: "0 0 16 16",
    width: 16,
    height: 16,
    "aria-hidden": "true",
  });
  let drawn: ShownState | undefined;
  return {
    node,
    update(state) {
      if (state === drawn) return;
      drawn = state;
      const { shape, strokes } = ICONS[state];
      setAttributes(node, { "data-state": state, "data-tone": toneOf(state), "data-shape": shape });
      node.replaceChildren(
        svgElement("circle", { class: "cl-icon-body", cx: 8, cy: 8, r: shape === "disc" ? 7 : 6.2 }),
        ...(shape === "arc" ? [svgElement("path", { class: "cl-icon-arc", d: "M8 1.800a6.2 6.2 0 0 1 6.2 6.2" })] : []),
        svgElement("path", { class: "cl-icon-strokes", d: strokes }),
      );
    },
  };
}

/** Sign and word. */
export function stateBadge(): View<ShownState> {
  const icon = stateIcon();
  const word = element("span", { class: "cl-badge-word" });
  const node = element("span", { class: "cl-badge" }, icon.node, word);
  return {
    node,
    update(state) {
      icon.update(state);
      setText(word, wordOf(state));
      setAttributes(node, { "data-tone": toneOf(state) });
    },
  };
}
