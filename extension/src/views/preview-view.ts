import type { Json } from "../../../src/contracts/json.js";
import type { ResultPreview } from "../../../src/contracts/run-comm.js";
import { element } from "./element.js";
import { errorView, type OpenCell } from "./error-view.js";

const MOST_CHILDREN = 100;
const OPEN_DEPTH = 1;

/** Draws a picture, a document or a chart into `host`, which is in the page. */
export type DrawMedia = (bundle: { readonly [mime: string]: Json }, host: HTMLElement) => void;

/** What a stored result holds, as far as the kernel read it for a person. */
export function previewView(preview: ResultPreview, drawMedia: DrawMedia, openCell: OpenCell): HTMLElement {
  switch (preview.kind) {
    case "table":
      return tableView(preview);
    case "json":
      return element("div", { class: "cl-json" }, jsonView(preview.value, undefined, 0));
    case "error": {
      const error = errorView(openCell);
      error.update(preview.error);
      return error.node;
    }
    case "mime":
      return mediaView(preview.bundle, drawMedia);
    case "text":
      return element(
        "div",
        {},
        element("pre", { class: "cl-pre" }, preview.text),
        preview.truncated && note("shortened"),
      );
  }
}

function mediaView(bundle: { readonly [mime: string]: Json }, drawMedia: DrawMedia): HTMLElement {
  const host = element("div", { class: "cl-media" });
  queueMicrotask(() => drawMedia(bundle, host)); // by then it is in the page
  return element("div", {}, host, note(String(bundle["text/plain"] ?? "")));
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
