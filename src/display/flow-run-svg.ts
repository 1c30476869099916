import { FAILED_TYPES, type FlowRunRecord, SUCCESSFUL_TYPES } from "../contracts/records.js";
import { STATE_LOOKS } from "../contracts/state-look.js";
import { runTitle } from "./flow-run-text.js";
import { type GraphLayout, layoutGraph } from "./graph-layout.js";
import { BUNDLE_LIMITS, byteLength } from "./mime-bundle.js";
import { escapeMarkup, oneLine } from "./plain-text.js";
import { countOf, type OutlineNode, outlineRun, outlineType, totalOf } from "./run-outline.js";
import { SVG_FONT, TONE_INKS } from "./svg-label.js";

const NODE = { width: 180, height: 44 };
const PAD = 20;
const HEAD = 28;

/** A picture of the run's graph: presentation attributes alone, so that it is drawn the same everywhere. */
export function flowRunSvg(run: FlowRunRecord): string {
  const outline = outlineRun(run);
  if (outline.length <= 400) {
    const layout = layoutGraph(outline.map((node) => ({ id: node.name, upstream: node.upstream, ...NODE })));
    const drawn = frame(run, layout, `${edgesOf(layout)}${nodesOf(outline, layout)}`);
    if (byteLength(drawn) <= BUNDLE_LIMITS.svg) return drawn;
  }
  const text = `<text x="0" y="14" fill="#57606a" font-size="12">${outline.length} tasks: too many to draw here</text>`;
  return frame(run, { nodes: [], edges: [], width: 320, height: 20 }, text);
}

function frame(run: FlowRunRecord, layout: GraphLayout, content: string): string {
  const title = runTitle(run);
  const width = Math.ceil(Math.max(layout.width, title.length * 7.4) + PAD * 2);
  const height = Math.ceil(layout.height + PAD * 2 + HEAD);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ${SVG_FONT} role="img">` +
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="#ffffff" stroke="#d0d7de"/>` +
    `<text x="${PAD}" y="${PAD + 9}" font-size="13" font-weight="600" fill="${TONE_INKS[STATE_LOOKS[run.state.type].tone].ink}">${escapeMarkup(title)}</text>` +
    `<g transform="translate(${PAD} ${PAD + HEAD})">${content}</g></svg>`
  );
}

const edgesOf = (layout: GraphLayout): string =>
  `<g fill="none" stroke="#b4bcc6" stroke-width="1.25">${layout.edges.map(({ path }) => `<path d="${path}"/>`).join("")}</g>`;

function nodesOf(outline: readonly OutlineNode[], layout: GraphLayout): string {
  return outline
    .map((node, index) => {
      const { x, y, width, height } = layout.nodes[index]!;
      const type = outlineType(node);
      const { glyph, word, tone } = type
        ? STATE_LOOKS[type]
        : { glyph: "·", word: "Planned", tone: "waiting" as const };
      const { ink, paper } = TONE_INKS[tone];
      const dashed = type ? "" : ' stroke-dasharray="4 3"';
      return (
        `<g transform="translate(${round(x)} ${round(y)})">` +
        `<rect width="${width}" height="${height}" rx="6" fill="${type ? paper : "#ffffff"}" stroke="${ink}" stroke-opacity="0.45"${dashed}/>` +
        `<text x="12" y="19" font-size="12" font-weight="600" fill="#1f2328">${escapeMarkup(oneLine(node.name, 22))}</text>` +
        `<text x="12" y="34" font-size="11" fill="${ink}">${escapeMarkup(`${glyph} ${word}${suffix(node)}`)}</text></g>`
      );
    })
    .join("");
}

function suffix(node: OutlineNode): string {
  const total = totalOf(node.childStates);
  if (total === 0) return node.run?.kept ? " · kept" : "";
  const failed = countOf(node.childStates, FAILED_TYPES);
  return ` · ${countOf(node.childStates, SUCCESSFUL_TYPES)}/${total}${failed ? ` ✕${failed}` : ""}`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
