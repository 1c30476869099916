import type { StateTone } from "../contracts/state-look.js";
import { escapeMarkup, oneLine } from "./plain-text.js";

/** Ink and paper of each tone in a picture, which knows no theme: dark enough for white, framed for dark. */
export const TONE_INKS: { readonly [T in StateTone]: { readonly ink: string; readonly paper: string } } = {
  waiting: { ink: "#57606a", paper: "#f3f4f6" },
  active: { ink: "#0b62c4", paper: "#e8f1fc" },
  good: { ink: "#1a7f43", paper: "#e7f6ec" },
  quiet: { ink: "#6b7280", paper: "#f3f4f6" },
  warn: { ink: "#945400", paper: "#fdf3e1" },
  bad: { ink: "#c0262d", paper: "#fdecec" },
};

export const SVG_FONT = "font-family=\"system-ui, -apple-system, 'Segoe UI', sans-serif\"";

/** A picture of one line: glyph, word, detail. Presentation attributes alone. */
export function svgLabel(label: {
  readonly glyph: string;
  readonly word: string;
  readonly tone: StateTone;
  readonly detail: string;
}): string {
  const { ink, paper } = TONE_INKS[label.tone];
  const detail = oneLine(label.detail, 70);
  const left = 34 + label.word.length * 7.6;
  const width = Math.ceil(left + 16 + detail.length * 6.8);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="32" viewBox="0 0 ${width} 32" ${SVG_FONT} font-size="13" role="img">` +
    `<rect x="0.5" y="0.5" width="${width - 1}" height="31" rx="6" fill="${paper}" stroke="${ink}" stroke-opacity="0.3"/>` +
    `<text x="12" y="21" fill="${ink}">${escapeMarkup(label.glyph)}</text>` +
    `<text x="30" y="21" fill="${ink}" font-weight="600">${escapeMarkup(label.word)}</text>` +
    `<text x="${left}" y="21" fill="#374151">${escapeMarkup(detail)}</text></svg>`
  );
}
