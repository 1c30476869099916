import type { ResultRecord } from "../../../src/contracts/records.js";
import type { ResultPreview } from "../../../src/contracts/run-comm.js";
import { formatBytes } from "../../../src/display/human-units.js";
import { copyButton } from "./copy-button.js";
import { element, setAttributes, setChildren, setText, type View } from "./element.js";
import { previewView } from "./preview-view.js";

export interface ResultModel {
  readonly result: ResultRecord;
  /** Reads the stored result; undefined where nothing can. */
  readonly open?: ((resultId: string) => Promise<ResultPreview>) | undefined;
}

/** A Result without reading it: what it is, its size and hash, the saved preview; the value only when someone opens it. */
export function resultView(): View<ResultModel> {
  const kind = element("span", { class: "cl-result-kind" });
  const facts = element("span", { class: "cl-facts" });
  const copy = copyButton("Copy the result's id");
  const openButton = element("button", { type: "button", class: "cl-button" }, "Open");
  const head = element(
    "div",
    { class: "cl-result-head" },
    kind,
    facts,
    copy.node,
    element("span", { class: "cl-gap" }),
    openButton,
  );
  const body = element("div", { class: "cl-result-body" });
  const node = element("div", { class: "cl-result" }, head, body);
  let model: ResultModel | undefined;
  let opened: { readonly id: string; readonly view: HTMLElement } | undefined;

  openButton.addEventListener("click", async () => {
    const id = model?.result.id;
    if (!id || !model?.open) return;
    openButton.disabled = true;
    setText(openButton, "Opening…");
    try {
      opened = { id, view: previewView(await model.open(id)) };
    } catch (error) {
      opened = { id, view: element("div", { class: "cl-note", role: "alert" }, String((error as Error).message)) };
    }
    openButton.disabled = false;
    draw();
  });

  function draw(): void {
    if (!model) return;
    const { result, open } = model;
    setText(kind, KINDS[result.kind]);
    setAttributes(node, { "data-kind": result.kind });
    setText(facts, factsOf(result));
    copy.update(result.id ?? "");
    const isOpen = opened !== undefined && opened.id === result.id;
    openButton.hidden = !open || !result.id;
    setText(openButton, isOpen ? "Read again" : "Open");
    const saved = result.preview ? element("pre", { class: "cl-pre" }, result.preview) : null;
    const reason = result.reason ? element("div", { class: "cl-note" }, result.reason) : null;
    setChildren(body, [reason, isOpen ? opened!.view : saved]);
    body.hidden = body.childElementCount === 0;
  }
  return {
    node,
    update(next) {
      const same = model && JSON.stringify(model.result) === JSON.stringify(next.result) && !model.open === !next.open;
      model = next;
      if (!same) draw();
    },
  };
}

const KINDS = { Result: "Result", NoResult: "No result", Unserializable: "Cannot be serialized" } as const;

function factsOf(result: ResultRecord): string {
  if (result.kind === "NoResult") return "";
  return [
    result.serializer,
    result.serialized ? "serialized" : "in memory",
    result.bytes !== null && formatBytes(result.bytes),
    result.id ? `stored as ${result.id.slice(0, 8)}` : "not stored",
  ]
    .filter(Boolean)
    .join(" · ");
}
