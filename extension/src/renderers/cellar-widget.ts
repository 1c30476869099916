import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";
import { element } from "../views/element.js";

/** An output of Cellar's: draws a record, and what cannot be drawn as a sentence instead of nothing. */
export abstract class CellarWidget extends Widget implements IRenderMime.IRenderer {
  constructor(protected readonly mimeType: string) {
    super();
    this.addClass("jp-Cellar");
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    try {
      this.put(this.draw(model.data[this.mimeType], model.trusted));
    } catch (error) {
      this.put(element("div", { class: "cl-card cl-note", role: "alert" }, (error as Error).message));
    }
  }

  /** Draws what came and gives the node to show; the same node each time. */
  protected abstract draw(data: unknown, trusted: boolean): HTMLElement;

  private put(node: HTMLElement): void {
    if (this.node.firstChild !== node || this.node.childNodes.length !== 1) this.node.replaceChildren(node);
  }
}
