import { BUNDLE_LIMITS, byteLength } from "./mime-bundle.js";
import { escapeMarkup } from "./plain-text.js";

/** A cell that holds line breaks keeps them. */
export interface TableText {
  readonly caption: string;
  readonly head?: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * One plain table, nothing that a sanitizer takes out: no style, no script, no attribute but `align`. Rows that
 * would pass 32 KiB are counted instead.
 */
export function htmlTable({ caption, head, rows }: TableText): string {
  const start = `<table><caption align="left">${escapeMarkup(caption)}</caption>${
    head ? `<thead><tr>${head.map((text) => `<th align="left">${escapeMarkup(text)}</th>`).join("")}</tr></thead>` : ""
  }<tbody>`;
  const end = "</tbody></table>";
  let html = start;
  let size = byteLength(start) + byteLength(end) + 200;
  for (const [index, row] of rows.entries()) {
    const line = `<tr>${row.map((text) => `<td align="left">${cell(text)}</td>`).join("")}</tr>`;
    size += byteLength(line);
    if (size > BUNDLE_LIMITS.html) {
      html += `<tr><td align="left" colspan="${row.length}">… and ${rows.length - index} more</td></tr>`;
      break;
    }
    html += line;
  }
  return html + end;
}

const cell = (text: string): string => (text.includes("\n") ? `<pre>${escapeMarkup(text)}</pre>` : escapeMarkup(text));
