import type { Json } from "../../../src/contracts/json.js";
import type { ResultPreview, TreeNode } from "../../../src/contracts/run-comm.js";
import type { OpenCell } from "./cell-place.js";
import { element } from "./element.js";
import { errorView } from "./error-view.js";
import { type ReadRows, tableView } from "./table-view.js";

const MOST_CHILDREN = 100;
const OPEN_DEPTH = 1;

/** Draws a picture, a document or a chart into `host`, which is in the page. */
export type DrawMedia = (bundle: { readonly [mime: string]: Json }, host: HTMLElement) => void;

/** What a stored result holds, as far as the kernel read it for a person. */
export function previewView(
  preview: ResultPreview,
  drawMedia: DrawMedia,
  openCell: OpenCell,
  readRows?: ReadRows,
): HTMLElement {
  switch (preview.kind) {
    case "table":
      return tableView(preview, readRows);
    case "tree":
      return element("div", { class: "cl-json" }, treeView(preview.tree, 0));
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
        preview.text === ""
          ? element("div", { class: "cl-note" }, "An empty text: ", element("code", {}, '""'))
          : element("pre", { class: "cl-pre", tabindex: 0 }, preview.text),
        preview.truncated && note("shortened; download it to have all of it"),
      );
  }
}

function mediaView(bundle: { readonly [mime: string]: Json }, drawMedia: DrawMedia): HTMLElement {
  const host = element("div", { class: "cl-media" });
  queueMicrotask(() => drawMedia(bundle, host)); // by then it is in the page
  return element("div", {}, host, note(String(bundle["text/plain"] ?? "")));
}

function treeView(node: TreeNode, depth: number): HTMLElement {
  const label = node.key === undefined ? null : element("span", { class: "cl-json-key" }, `${node.key} `);
  if (!node.children) return element("div", {}, label, element("span", { class: `cl-json-${node.type}` }, node.text));
  const head = element("summary", {}, label, element("span", { class: "cl-muted" }, node.text));
  const { children, omitted } = node;
  return foldingNode(head, depth, () => [
    ...children.map((child) => treeView(child, depth + 1)),
    ...(omitted ? [note(`… and ${omitted} more`)] : []),
  ]);
}

/** A part that opens: its children are made when they are first seen. */
function foldingNode(head: HTMLElement, depth: number, children: () => readonly HTMLElement[]): HTMLDetailsElement {
  const node = element("details", {}, head);
  const open = () => {
    if (node.childElementCount === 1) node.append(...children());
  };
  node.addEventListener("toggle", () => node.open && open());
  if (depth < OPEN_DEPTH) {
    node.open = true;
    open();
  }
  return node;
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
  const head = element("summary", {}, label, element("span", { class: "cl-muted" }, size));
  return foldingNode(head, depth, () => [
    ...entries.slice(0, MOST_CHILDREN).map(([name, child]) => jsonView(child, name, depth + 1)),
    ...(entries.length > MOST_CHILDREN ? [note(`… and ${entries.length - MOST_CHILDREN} more`)] : []),
  ]);
}

const note = (text: string): HTMLElement => element("div", { class: "cl-note" }, text);
