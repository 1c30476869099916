/** How a text is set: its size in pixels and its weight. */
export interface TextStyle {
  readonly size: number;
  readonly weight: number;
}

const ELLIPSIS = "…";
const MOST_KNOWN = 5000;
/** Line breaks and tabs, which have no place in one line, and the marks that turn the direction of what follows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const CONTROLS = /[\u0000-\u001f\u007f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

const known = new Map<string, string>();
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
let canvas: CanvasRenderingContext2D | null | undefined;
let family = "sans-serif";

/** Cuts a text where it would pass `width` pixels: measured in the page's own font, not counted in characters. */
export function fitText(text: string, width: number, style: TextStyle): string {
  const key = `${style.size} ${style.weight} ${width} ${text}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  if (known.size > MOST_KNOWN) known.clear();
  const fitted = cut(text.slice(0, 400).replace(CONTROLS, " "), width, style);
  known.set(key, fitted);
  return fitted;
}

function cut(text: string, width: number, style: TextStyle): string {
  if (widthOf(text, style) <= width) return text;
  const starts = [...graphemes.segment(text)].map(({ index }) => index);
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (widthOf(text.slice(0, starts[middle]) + ELLIPSIS, style) <= width) low = middle;
    else high = middle - 1;
  }
  return text.slice(0, starts[low]) + ELLIPSIS;
}

/** Where nothing can be measured (no page), a mean width by character has to do. */
function widthOf(text: string, { size, weight }: TextStyle): number {
  if (canvas === undefined) {
    canvas = document.createElement("canvas").getContext?.("2d") ?? null;
    const style = document.defaultView?.getComputedStyle(document.body);
    family = style?.getPropertyValue("--jp-ui-font-family") || family;
  }
  if (!canvas?.measureText) return text.length * size * 0.55;
  canvas.font = `${weight} ${size}px ${family}`;
  return canvas.measureText(text).width;
}
