import type { ResultRecord } from "../../../src/contracts/records.js";
import type { ResultPreview } from "../../../src/contracts/run-comm.js";
import { formatBytes } from "../../../src/display/human-units.js";
import { copyButton } from "./copy-button.js";
import { element, setAttributes, setChildren, setText, type View } from "./element.js";
import type { OpenCell } from "./error-view.js";
import { type DrawMedia, previewView } from "./preview-view.js";
import { fileOf, type SavedFile, saveFile } from "./saved-file.js";

export interface ResultModel {
  readonly result: ResultRecord;
  /** Reads the stored result; undefined where nothing can. */
  readonly open?: ((resultId: string) => Promise<ResultPreview>) | undefined;
}

/** What an opened result may ask of the page around it. */
export interface ResultPage {
  readonly drawMedia: DrawMedia;
  readonly openCell: OpenCell;
}

/**
 * A Result without reading it: what it is, its size and hash, the saved preview; the value only when someone opens
 * it, which takes a page.
 */
export function resultView(page?: ResultPage): View<ResultModel> {
  const kind = element("span", { class: "cl-result-kind" });
  const facts = element("span", { class: "cl-facts" });
  const copy = copyButton("Copy the result's id");
  const save = element("button", { type: "button", class: "cl-button", hidden: true }, "Download");
  const openButton = element("button", { type: "button", class: "cl-button" }, "Open");
  const head = element(
    "div",
    { class: "cl-result-head" },
    kind,
    facts,
    copy.node,
    element("span", { class: "cl-gap" }),
    openButton,
    save,
  );
  const body = element("div", { class: "cl-result-body" });
  const node = element("div", { class: "cl-result" }, head, body);
  let model: ResultModel | undefined;
  let opened: Opened | undefined;

  openButton.addEventListener("click", async () => {
    const id = model?.result.id;
    if (!id || !model?.open || !page) return;
    openButton.disabled = true;
    setText(openButton, "Opening…");
    try {
      const preview = await model.open(id);
      opened = { id, view: previewView(preview, page.drawMedia, page.openCell), file: fileOf(preview, id) };
    } catch (error) {
      opened = { id, view: element("div", { class: "cl-note", role: "alert" }, String((error as Error).message)) };
    }
    openButton.disabled = false;
    draw();
  });

  save.addEventListener("click", () => {
    if (opened?.file) saveFile(opened.file);
  });

  function draw(): void {
    if (!model) return;
    const { result, open } = model;
    setText(kind, KINDS[result.kind]);
    setAttributes(node, { "data-kind": result.kind });
    setText(facts, factsOf(result));
    copy.update(result.id ?? "");
    const isOpen = opened !== undefined && opened.id === result.id;
    openButton.hidden = !open || !page || !result.id;
    setText(openButton, isOpen ? "Read again" : "Open");
    save.hidden = !isOpen || !opened?.file;
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

interface Opened {
  readonly id: string;
  readonly view: HTMLElement;
  readonly file?: SavedFile | undefined;
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
