import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { RESULT_MIME } from "../../../src/contracts/records.js";
import { element } from "../views/element.js";
import { resultView } from "../views/result-view.js";
import { t } from "../views/translate.js";
import { CellarWidget } from "./cellar-widget.js";
import { readResult } from "./read-record.js";

/** Shows one Result without reading it. */
class RenderedResult extends CellarWidget {
  private readonly view = resultView();
  private readonly card = element("section", { class: "cl-card", "aria-label": t("Result") }, this.view.node);

  protected draw(data: unknown): HTMLElement {
    this.view.update({ result: readResult(data) });
    return this.card;
  }
}

export const resultRendererFactory: IRenderMime.IRendererFactory = {
  safe: true, // the view writes text nodes only
  mimeTypes: [RESULT_MIME],
  defaultRank: 20,
  createRenderer: ({ mimeType }) => new RenderedResult(mimeType),
};
