import type { ColumnSummary, ResultPreview } from "../../../src/contracts/run-comm.js";
import { element, setAttributes, setText, svgElement } from "./element.js";
import { t } from "./translate.js";

export type TablePreview = Extract<ResultPreview, { kind: "table" }>;
/** Reads the 100 rows from `from` on. */
export type ReadRows = (from: number) => Promise<TablePreview>;

const ROW_HEIGHT = 26;
const WINDOW = 100;
/** Browsers cut elements off that are taller than some thirty million pixels. */
const MOST_PIXELS = 15_000_000;
/** Windows kept: what was scrolled past is read again. */
const MOST_WINDOWS = 20;
/** Up to this many rows all are there from the start, and columns sort in the page. */
const SORTED_ROWS = WINDOW;

/** A table of any size: 100 rows are asked for at a time, and only those in sight are drawn. */
export function tableView(first: TablePreview, read: ReadRows | undefined): HTMLElement {
  const { columns, summaries = [], totalRows } = first;
  const numeric = columns.map((_, index) => isNumeric(summaries[index]));
  const windows = new Map<number, readonly (readonly string[])[] | "asked">([[0, first.rows]]);
  const reachable = read ? totalRows : first.rows.length;
  const scale = Math.min(1, MOST_PIXELS / Math.max(1, reachable * ROW_HEIGHT));
  let order: { readonly column: number; readonly down: boolean } | undefined;
  const heads = columns.map((name, index) => headOf(name, summaries[index], numeric[index]!));
  const body = element("tbody");
  const above = element("tr", { class: "cl-spacer", "aria-hidden": "true" });
  const table = element(
    "table",
    { class: "cl-table cl-data", "aria-rowcount": totalRows },
    element(
      "thead",
      {},
      element("tr", {}, element("th", { scope: "col", class: "cl-row-number" }, "#"), ...heads.map(({ node }) => node)),
    ),
    body,
  );
  const scroll = element(
    "div",
    { class: "cl-scroll", tabindex: 0, role: "region", "aria-label": `Table of ${totalRows} rows` },
    table,
  );
  const more = first.moreColumns?.length ?? 0;
  const shown = element("span");
  const copy = element("button", { type: "button", class: "cl-link cl-copy-rows" }, t("Copy rows in sight"));
  const sizes = `${totalRows.toLocaleString()} rows × ${(columns.length + more).toLocaleString()} columns`;
  const note = element(
    "div",
    { class: "cl-note", title: more > 0 ? `Not shown: ${first.moreColumns!.join(", ")}` : null },
    reachable < totalRows ? `${reachable} of ${sizes}` : sizes,
    more > 0 && `, first ${columns.length} shown`,
    " · ",
    shown,
    " · ",
    copy,
  );

  const rowAt = (index: number): readonly string[] | undefined => {
    const from = Math.floor(index / WINDOW) * WINDOW;
    const rows = windows.get(from);
    if (rows && rows !== "asked") return rows[index - from];
    if (!rows && read) {
      windows.set(from, "asked");
      read(from).then(
        (window) => {
          keep(from, window.rows);
          draw();
        },
        () => windows.delete(from), // asked again when it comes in sight again
      );
    }
    return undefined;
  };
  const keep = (from: number, rows: readonly (readonly string[])[]): void => {
    windows.delete(from);
    windows.set(from, rows);
    for (const oldest of windows.keys()) {
      if (windows.size <= MOST_WINDOWS) break;
      if (oldest !== 0) windows.delete(oldest);
    }
  };
  const sortedRows = (): readonly number[] | undefined => {
    if (!order) return undefined;
    const { column, down } = order;
    const sign = down ? -1 : 1;
    const compare = (a: string, b: string): number =>
      numeric[column] ? Number(a) - Number(b) : a.localeCompare(b, undefined, { numeric: true });
    return first.rows
      .map((_, index) => index)
      .sort((a, b) => sign * compare(first.rows[a]![column]!, first.rows[b]![column]!) || a - b);
  };
  let inSight: readonly (readonly string[])[] = [];
  function draw(): void {
    const sorted = sortedRows();
    const visible = Math.ceil((scroll.clientHeight || 320) / ROW_HEIGHT) + 1;
    const top = Math.floor(scroll.scrollTop / (ROW_HEIGHT * scale));
    const start = Math.max(0, Math.min(top, reachable - visible));
    const end = Math.min(reachable, start + visible);
    const rows: HTMLElement[] = [];
    const texts: (readonly string[])[] = [];
    for (let index = start; index < end; index += 1) {
      const at = sorted?.[index] ?? index;
      const row = rowAt(at);
      if (row) texts.push(row);
      rows.push(
        element(
          "tr",
          { "aria-rowindex": at + 1 },
          element("th", { scope: "row", class: "cl-row-number" }, String(at + 1)),
          ...columns.map((_, column) => cellOf(row?.[column], numeric[column]!)),
        ),
      );
    }
    inSight = texts;
    above.style.height = `${Math.round(start * ROW_HEIGHT * scale)}px`;
    body.replaceChildren(...(start > 0 ? [above] : []), ...rows);
    table.style.marginBottom = `${Math.round((reachable - end) * ROW_HEIGHT * scale)}px`;
    setText(shown, end > start ? `rows ${(start + 1).toLocaleString()} to ${end.toLocaleString()}` : "no rows");
    heads.forEach(({ node }, index) => {
      const sort = order?.column === index ? (order.down ? "descending" : "ascending") : null;
      setAttributes(node, { "aria-sort": sort });
    });
  }
  heads.forEach(({ button }, index) => {
    if (totalRows > SORTED_ROWS) return;
    button.disabled = false;
    button.addEventListener("click", () => {
      order =
        order?.column !== index
          ? { column: index, down: false }
          : order.down
            ? undefined
            : { column: index, down: true };
      draw();
    });
  });
  let waiting = false;
  scroll.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  });
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText([columns, ...inSight].map((row) => row.join("\t")).join("\n"));
    setText(copy, t("Copied"));
    setTimeout(() => setText(copy, t("Copy rows in sight")), 1200);
  });
  draw();
  return element("div", { class: "cl-preview-table" }, scroll, note);
}

const isNumeric = (summary: ColumnSummary | undefined): boolean =>
  summary?.type === "integer" || summary?.type === "number" || summary?.type === "bigint";

function headOf(name: string, summary: ColumnSummary | undefined, numeric: boolean) {
  const button = element("button", { type: "button", class: "cl-sort", disabled: true }, name);
  const facts = summary
    ? [
        summary.type,
        summary.min !== null && summary.max !== null && `${rounded(summary.min)} … ${rounded(summary.max)}`,
        summary.nulls > 0 && `${summary.nulls.toLocaleString()} empty`,
      ].filter(Boolean)
    : [];
  const node = element(
    "th",
    { scope: "col", title: [name, ...facts].join("\n"), class: numeric ? "cl-number" : null },
    button,
    summary &&
      element(
        "span",
        { class: "cl-column-type" },
        summary.nulls > 0 ? `${summary.type} · ${summary.nulls} empty` : summary.type,
      ),
    summary?.bins && histogram(summary.bins, `${rounded(summary.min ?? "")} to ${rounded(summary.max ?? "")}`),
  );
  return { node, button };
}

function histogram(bins: readonly number[], range: string): SVGSVGElement {
  const most = Math.max(1, ...bins);
  return svgElement(
    "svg",
    {
      class: "cl-histogram",
      viewBox: `0 0 ${bins.length * 4} 14`,
      role: "img",
      "aria-label": `Distribution from ${range}`,
    },
    ...bins.map((count, index) => {
      const height = count === 0 ? 0 : Math.max(1, (count / most) * 14);
      return svgElement("rect", { x: index * 4, y: 14 - height, width: 3, height });
    }),
  );
}

function cellOf(text: string | undefined, numeric: boolean): HTMLElement {
  if (text === undefined) return element("td", { class: "cl-pending" }, "…");
  return element("td", { title: text, class: numeric ? "cl-number" : null }, numeric ? rounded(text) : text);
}

/** A number for reading: at most six digits behind the point, and grouped; anything else as it is. */
function rounded(text: string): string {
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return text;
  const value = Number(text);
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER || (value !== 0 && Math.abs(value) < 1e-5))
    return text;
  if (Number.isInteger(value)) return text;
  return String(Number(value.toPrecision(Math.max(6, Math.ceil(Math.log10(Math.abs(value) + 1)) + 3))));
}
