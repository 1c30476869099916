import type { ResultRecord } from "../../../src/contracts/records.js";
import type { DownloadFormat, ResultPreview } from "../../../src/contracts/run-comm.js";
import { formatBytes } from "../../../src/display/human-units.js";
import type { OpenCell } from "./cell-place.js";
import { copyButton } from "./copy-button.js";
import { element, setAttributes, setChildren, setText, type View } from "./element.js";
import { type DrawMedia, previewView } from "./preview-view.js";
import { type DownloadSource, download, formatsOf, saveFile } from "./saved-file.js";
import type { TablePreview } from "./table-view.js";
import { t } from "./translate.js";

export interface ResultModel {
  readonly result: ResultRecord;
  /** Reads the stored result, of a table the rows from `from` on; undefined where nothing can. */
  readonly open?: ((resultId: string, from?: number) => Promise<ResultPreview>) | undefined;
}

/** What an opened result may ask of the page around it. */
export interface ResultPage {
  readonly drawMedia: DrawMedia;
  readonly openCell: OpenCell;
  readonly downloads: DownloadSource;
}

const ALL_FORMATS: readonly DownloadFormat[] = ["csv", "json", "raw"];
const FORMAT_WORDS: { readonly [F in DownloadFormat]: string } = { csv: "CSV", json: "JSON", raw: "As it is" };

/**
 * A Result without reading it: what it is, its size and hash, the saved preview; the value only when someone opens
 * it, which takes a page. It downloads at any size.
 */
export function resultView(page?: ResultPage): View<ResultModel> {
  const kind = element("span", { class: "cl-result-kind" });
  const facts = element("span", { class: "cl-facts" });
  const copy = copyButton(t("Copy the result's id"));
  const openButton = element("button", { type: "button", class: "cl-button cl-open" }, t("Open"));
  const save = element("select", { class: "cl-input cl-download", "aria-label": t("Download as"), hidden: true });
  const progress = element("span", { class: "cl-facts", role: "status" });
  const head = element("div", { class: "cl-result-head" }, openButton, save, kind, facts, copy.node, progress);
  const body = element("div", { class: "cl-result-body" });
  const node = element("div", { class: "cl-result" }, head, body);
  let model: ResultModel | undefined;
  let opened: Opened | undefined;

  const openValue = async (): Promise<void> => {
    const id = model?.result.id;
    const open = model?.open;
    if (!id || !open || !page) return;
    setAttributes(openButton, { "aria-busy": "true" });
    try {
      const preview = await open(id);
      const readRows = async (from: number) => (await open(id, from)) as TablePreview;
      opened = {
        id,
        view: previewView(preview, page.drawMedia, page.openCell, readRows),
        formats: formatsOf(preview),
      };
    } catch (error) {
      opened = { id, view: alertOf(error), formats: ALL_FORMATS };
    }
    setAttributes(openButton, { "aria-busy": null });
    draw();
  };
  openButton.addEventListener("click", () => {
    if (openButton.getAttribute("aria-busy")) return;
    if (opened && opened.id === model?.result.id) {
      opened = undefined;
      draw();
    } else void openValue();
  });
  save.addEventListener("change", async () => {
    const format = save.value as DownloadFormat | "";
    const id = model?.result.id;
    save.value = "";
    if (!format || !id || !page) return;
    save.disabled = true;
    try {
      const file = await download(page.downloads, id, format, (bytes) => setText(progress, formatBytes(bytes)));
      saveFile(file);
      setText(progress, `Saved ${file.name}`);
    } catch (error) {
      setText(progress, (error as Error).message);
    }
    save.disabled = false;
  });

  function draw(): void {
    if (!model) return;
    const { result, open } = model;
    setText(kind, KINDS[result.kind]);
    setAttributes(node, { "data-kind": result.kind });
    setText(facts, factsOf(result));
    copy.update(result.id ?? "");
    const isOpen = opened !== undefined && opened.id === result.id;
    const readable = Boolean(open && page && result.id);
    openButton.hidden = !readable;
    setText(openButton, isOpen ? t("Close") : t("Open"));
    save.hidden = !readable;
    drawFormats(save, isOpen ? opened!.formats : ALL_FORMATS);
    if (!isOpen) setText(progress, "");
    const saved = result.preview ? element("pre", { class: "cl-pre", tabindex: 0 }, result.preview) : null;
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
  readonly formats: readonly DownloadFormat[];
}

const alertOf = (error: unknown): HTMLElement =>
  element("div", { class: "cl-note", role: "alert" }, String((error as Error).message));

function drawFormats(select: HTMLSelectElement, formats: readonly DownloadFormat[]): void {
  if (select.dataset.formats === formats.join()) return;
  select.dataset.formats = formats.join();
  select.replaceChildren(
    element("option", { value: "" }, t("Download…")),
    ...formats.map((format) => element("option", { value: format }, FORMAT_WORDS[format])),
  );
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
