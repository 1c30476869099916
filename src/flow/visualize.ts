import type { StateType } from "../contracts/records.js";
import { STATE_LOOKS, type StateTone } from "../contracts/state-look.js";
import { layoutGraph } from "../display/graph-layout.js";
import { escapeMarkup, oneLine } from "../display/plain-text.js";
import { SVG_FONT, TONE_INKS } from "../display/svg-label.js";
import type { CallStates } from "../state/call-states.js";
import type { State } from "../state/states.js";
import type { TaskCall } from "../task/task-call.js";

/** How a graph is drawn. */
export interface VisualizeOptions {
  /** Colours each call by how it ended: the state that `run` gave, also one that was loaded. */
  readonly state?: State;
  /** @default "svg" */
  readonly format?: "svg" | "mermaid" | "dot";
}

/** A call as it is drawn. */
interface Box {
  readonly id: string;
  readonly name: string;
  readonly upstream: readonly string[];
  readonly look: Look;
}
interface Look {
  readonly text: string;
  readonly tone: StateTone | "planned";
}

const PLANNED: Look = { text: "planned", tone: "planned" };
const COLOURS = { ...TONE_INKS, planned: { ink: "#57606a", paper: "#ffffff" } } as const;
const NODE = { width: 180, height: 44 };
const PAD = 20;

/** The graph of a flow's calls as text of a format that draws it. */
export function visualize(
  name: string,
  calls: readonly TaskCall[],
  { state, format = "svg" }: VisualizeOptions = {},
): string {
  const write = FORMATS[format];
  if (!write)
    throw new TypeError(`Cannot visualize flow "${name}": format ${String(format)} is not svg, mermaid or dot`);
  const found = state?.result as CallStates<TaskCall> | undefined;
  const states = new Map([...(found ?? [])].map(([call, each]) => [call.name, each]));
  const ids = new Map(calls.map((call, index) => [call, `n${index}`]));
  const boxes = calls.map((call) => ({
    id: ids.get(call)!,
    name: call.name,
    upstream: [...call.upstream].map((each) => ids.get(each)!),
    look: lookOf(states.get(call.name)),
  }));
  return write(name, boxes);
}

const FORMATS: { readonly [format: string]: (name: string, boxes: readonly Box[]) => string } = {
  svg: svgOf,
  mermaid: mermaidOf,
  dot: dotOf,
};

function lookOf(state: State | undefined): Look {
  if (!state) return PLANNED;
  const { glyph, word } = STATE_LOOKS[state.type];
  if (state.type !== "Mapped") return { text: `${glyph} ${word}`, tone: toneOf(state.type) };
  const failed = state.mapStates.filter((child) => child.isFailed());
  const text = `${glyph} ${word} (${state.nMapStates}${failed.length > 0 ? `, ${failed.length} failed` : ""})`;
  return { text, tone: toneOf(failed[0]?.type ?? "Mapped") };
}

const toneOf = (type: StateType): StateTone => STATE_LOOKS[type].tone;

function svgOf(name: string, boxes: readonly Box[]): string {
  const layout = layoutGraph(boxes.map(({ id, upstream }) => ({ id, upstream, ...NODE })));
  const edges = layout.edges.map(({ path }) => `<path d="${path}"/>`).join("");
  const nodes = boxes.map(({ name: label, look }, index) => {
    const { x, y, width, height } = layout.nodes[index]!;
    const { ink, paper } = COLOURS[look.tone];
    const dashes = look === PLANNED ? ' stroke-dasharray="4 3"' : "";
    return (
      `<g transform="translate(${Math.round(x)} ${Math.round(y)})">` +
      `<rect width="${width}" height="${height}" rx="6" fill="${paper}" stroke="${ink}" stroke-opacity="0.45"${dashes}/>` +
      `<text x="12" y="19" font-size="12" font-weight="600" fill="#1f2328">${escapeMarkup(oneLine(label, 22))}</text>` +
      `<text x="12" y="34" font-size="11" fill="${ink}">${escapeMarkup(look.text)}</text></g>`
    );
  });
  const [width, height] = [Math.ceil(layout.width + PAD * 2), Math.ceil(layout.height + PAD * 2)];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ${SVG_FONT} role="img">` +
    `<title>${escapeMarkup(oneLine(`Flow ${name}`))}</title>` +
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="#ffffff" stroke="#d0d7de"/>` +
    `<g transform="translate(${PAD} ${PAD})"><g fill="none" stroke="#b4bcc6" stroke-width="1.25">${edges}</g>${nodes.join("")}</g></svg>`
  );
}

/** https://mermaid.js.org/syntax/flowchart.html; its labels know entities by number. */
function mermaidOf(_: string, boxes: readonly Box[]): string {
  const label = (text: string) =>
    oneLine(text).replace(/[^\p{L}\p{N} .,_()/-]/gu, (character) => `#${character.codePointAt(0)};`);
  const tones = [...new Set(boxes.map(({ look }) => look.tone))];
  return [
    "flowchart LR",
    ...boxes.map(({ id, name, look }) => `  ${id}["${label(name)}<br/>${label(look.text)}"]:::${look.tone}`),
    ...boxes.flatMap(({ id, upstream }) => upstream.map((from) => `  ${from} --> ${id}`)),
    ...tones.map((tone) => `  classDef ${tone} fill:${COLOURS[tone].paper},stroke:${COLOURS[tone].ink},color:#1f2328`),
    "",
  ].join("\n");
}

/** https://graphviz.org/doc/info/lang.html */
function dotOf(name: string, boxes: readonly Box[]): string {
  const quoted = (...lines: readonly string[]) =>
    `"${lines.map((line) => oneLine(line).replace(/[\\"]/g, (character) => `\\${character}`)).join("\\n")}"`;
  return [
    `digraph ${quoted(name)} {`,
    '  rankdir=LR; node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=11];',
    ...boxes.map(({ id, name: label, look }) => {
      const { ink, paper } = COLOURS[look.tone];
      return `  ${id} [label=${quoted(label, look.text)}, fillcolor="${paper}", color="${ink}"];`;
    }),
    ...boxes.flatMap(({ id, upstream }) => upstream.map((from) => `  ${from} -> ${id};`)),
    "}",
    "",
  ].join("\n");
}
