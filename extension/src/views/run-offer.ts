import type { FlowRunSummary } from "../../../src/contracts/records.js";
import { element, setText, type View } from "./element.js";
import { stateIcon, wordOf } from "./state-icon.js";
import { t } from "./translate.js";

/** Says below a cell that it has a run which its outputs do not show, and offers to show it. */
export function runOffer(show: (run: FlowRunSummary) => Promise<void>): View<FlowRunSummary> {
  const icon = stateIcon();
  const text = element("span");
  const button = element("button", { type: "button", class: "cl-button" }, t("Show"));
  const node = element("div", { class: "jp-Cellar cl-offer", role: "status" }, icon.node, text, button);
  let run: FlowRunSummary | undefined;
  button.addEventListener("click", async () => {
    if (!run || button.disabled) return;
    button.disabled = true;
    try {
      await show(run);
    } catch (error) {
      setText(text, (error as Error).message);
    }
    button.disabled = false;
  });
  return {
    node,
    update(next) {
      run = next;
      icon.update(next.state.type);
      const state = wordOf(next.state.type);
      setText(
        text,
        next.endedAt === null
          ? t("A run of this cell goes on: %1, %2", next.flow, state)
          : t("A run of this cell ended since the notebook was saved: %1, %2", next.flow, state),
      );
    },
  };
}
