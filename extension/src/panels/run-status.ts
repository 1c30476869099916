import { Widget } from "@lumino/widgets";
import { FAILED_TYPES, RUNNING_TYPES } from "../../../src/contracts/records.js";
import type { MarkedCell } from "../cell-marks.js";
import { markText } from "../views/cell-mark.js";
import { element, setAttributes, setText } from "../views/element.js";
import { stateIcon } from "../views/state-icon.js";

/** In the status bar: what the runs of the notebook in front came to. A click leads to the one that needs a look first. */
export class RunStatus extends Widget {
  private readonly icon = stateIcon();
  private readonly text = element("span", {});
  private first: MarkedCell | undefined;

  /** @param show Leads to a cell. */
  constructor(show: (cell: MarkedCell) => void) {
    const button = element("button", { type: "button", class: "cl-status" });
    super({ node: element("div", { class: "jp-Cellar cl-status-item" }, button) });
    button.append(this.icon.node, this.text);
    button.addEventListener("click", () => this.first && show(this.first));
  }

  /** Says what these cells' runs came to. */
  showRuns(cells: readonly MarkedCell[]): void {
    this.first = [...cells].sort((a, b) => urgency(a) - urgency(b))[0];
    if (!this.first) return;
    this.icon.update(this.first.mark.state);
    setText(this.text, summary(cells));
    setAttributes(this.node.firstElementChild!, { title: markText(this.first.mark) });
  }
}

/** What failed wants a look before what runs, and that before what is done. */
function urgency({ mark: { state } }: MarkedCell): number {
  if (FAILED_TYPES.includes(state as never)) return 0;
  return RUNNING_TYPES.includes(state as never) ? 1 : 2;
}

function summary(cells: readonly MarkedCell[]): string {
  const count = (level: number): number => cells.filter((cell) => urgency(cell) === level).length;
  const [failed, running] = [count(0), count(1)];
  const parts = [failed > 0 && `${failed} failed`, running > 0 && `${running} running`].filter(Boolean);
  return parts.join(", ") || `${cells.length} done`;
}
