import type { Json } from "../../../src/contracts/json.js";
import type { ResultPreview } from "../../../src/contracts/run-comm.js";
import { element } from "./element.js";

const MOST_CHILDREN = 100;
const OPEN_DEPTH = 1;

/** What a stored result holds, as far as the kernel read it for a person. */
export function previewView(preview: ResultPreview): HTMLElement {
  if (preview.kind === "table") return tableView(preview);
  if (preview.kind === "json") return element("div", { class: "cl-json" }, jsonView(preview.value, undefined, 0));
  return element("div", {}, element("pre", { class: "cl-pre" }, preview.text), preview.truncated && note("shortened"));
}

function tableView({ columns, rows, totalRows }: Extract<ResultPreview, { kind: "table" }>): HTMLElement {
  const cells = (tag: "th" | "td", texts: readonly string[]) =>
    texts.map((text) => element(tag, { title: text }, text));
  return element(
    "div",
    { class: "cl-preview-table" },
    element(
      "div",
      { class: "cl-scroll" },
      element(
        "table",
        { class: "cl-table" },
        element("thead", {}, element("tr", {}, ...cells("th", columns))),
        element("tbody", {}, ...rows.map((row) => element("tr", {}, ...cells("td", row)))),
      ),
    ),
    note(`${rows.length < totalRows ? `${rows.length} of ${totalRows}` : totalRows} rows × ${columns.length} columns`),
  );
}

function jsonView(value: Json, key: string | undefined, depth: number): HTMLElement {
  const label = key === undefined ? null : element("span", { class: "cl-json-key" }, `${key}: `);
  if (value === null || typeof value !== "object") {
    const text = typeof value === "string" ? JSON.stringify(value) : String(value);
    return element(
      "div",
      {},
      label,
      element("span", { class: `cl-json-${value === null ? "null" : typeof value}` }, text),
    );
  }
  const entries = Object.entries(value) as [string, Json][];
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  const node = element("details", {}, element("summary", {}, label, element("span", { class: "cl-muted" }, size)));
  const open = () => {
    if (node.childElementCount > 1) return;
    for (const [name, child] of entries.slice(0, MOST_CHILDREN)) node.append(jsonView(child, name, depth + 1));
    if (entries.length > MOST_CHILDREN) node.append(note(`… and ${entries.length - MOST_CHILDREN} more`));
  };
  node.addEventListener("toggle", () => node.open && open());
  if (depth < OPEN_DEPTH) {
    node.open = true;
    open();
  }
  return node;
}

const note = (text: string): HTMLElement => element("div", { class: "cl-note" }, text);
