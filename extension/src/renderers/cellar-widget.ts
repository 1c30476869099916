import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";
import { element } from "../views/element.js";
import { t } from "../views/translate.js";

/** An output of Cellar's: draws a record. One that cannot be drawn shows its plain fallback, and the reason below. */
export abstract class CellarWidget extends Widget implements IRenderMime.IRenderer {
  /** What was rendered last: the output that the notebook keeps. */
  protected model: IRenderMime.IMimeModel | undefined;

  constructor(protected readonly mimeType: string) {
    super();
    this.addClass("jp-Cellar");
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    if (this.isDisposed) return;
    this.model = model;
    try {
      this.put(this.draw(model.data[this.mimeType], model.trusted));
    } catch (error) {
      this.put(unreadable(model.data["text/plain"], (error as Error).message));
    }
  }

  /** Draws what came and gives the node to show; the same node each time. */
  protected abstract draw(data: unknown, trusted: boolean): HTMLElement;

  private put(node: HTMLElement): void {
    if (this.node.firstChild !== node || this.node.childNodes.length !== 1) this.node.replaceChildren(node);
  }
}

function unreadable(fallback: unknown, reason: string): HTMLElement {
  const text = Array.isArray(fallback) ? fallback.join("") : fallback;
  return element(
    "section",
    { class: "cl-card cl-unreadable", "aria-label": t("Output that cannot be drawn") },
    typeof text === "string" && element("pre", { class: "cl-pre", tabindex: 0 }, text),
    element("div", { class: "cl-note", role: "alert" }, reason),
  );
}
