import type { JupyterFrontEnd } from "@jupyterlab/application";
import { type INotebookTracker, NotebookActions } from "@jupyterlab/notebook";
import type { IStatusBar } from "@jupyterlab/statusbar";
import type { TranslationBundle } from "@jupyterlab/translation";
import { FAILED_TYPES, type StateType } from "../../src/contracts/records.js";
import { CellMarks, type MarkedCell } from "./cell-marks.js";
import { RunStatus } from "./panels/run-status.js";
import type { RunHub } from "./run-hub.js";
import { offerRuns } from "./run-offers.js";

/** The toolbar of cells names it in schema/marks.json. */
const RETRY_COMMAND = "cellar:retry-cell";

/** Nothing of them failed by its own doing: they were ended from outside. */
const RESUMABLE: readonly StateType[] = ["Crashed", "Cancelled", "Paused"];
const RETRIABLE: readonly StateType[] = [...FAILED_TYPES, ...RESUMABLE, "Retrying"];

/** States beside cells, in the status bar, and a button in the cell's toolbar that retries what failed. */
export function addCellMarks(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  statusBar: IStatusBar | null,
  hub: RunHub,
  trans: TranslationBundle,
): void {
  const { commands } = app;
  const marks = new CellMarks(tracker, hub);
  offerRuns(tracker, hub);
  const current = (): readonly MarkedCell[] => (tracker.currentWidget ? marks.of(tracker.currentWidget) : []);
  const active = (): MarkedCell | undefined => current().find(({ cell }) => cell === tracker.activeCell);
  const retriable = (): boolean => RETRIABLE.includes(active()?.mark.state as StateType);

  commands.addCommand(RETRY_COMMAND, {
    label: () =>
      RESUMABLE.includes(active()?.mark.state as StateType) ? trans.__("Resume") : trans.__("Retry failed"),
    caption: trans.__("Run this cell again: what finished is kept"),
    isVisible: retriable,
    isEnabled: retriable,
    describedBy: { args: { type: "object", properties: {} } },
    execute: async () => {
      const panel = tracker.currentWidget;
      if (panel) await NotebookActions.run(panel.content, panel.sessionContext);
    },
  });

  const status = new RunStatus(({ cell }) => {
    const notebook = tracker.currentWidget?.content;
    const index = notebook?.widgets.indexOf(cell) ?? -1;
    if (!notebook || index < 0) return;
    notebook.activeCellIndex = index;
    void notebook.scrollToItem(index, "smart");
  });
  statusBar?.registerStatusItem("cellar-lab:run-status", {
    item: status,
    align: "left",
    rank: 10,
    isActive: () => current().length > 0,
    activeStateChanged: marks.changed,
  });

  let asked = false;
  const refresh = (): void => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      status.showRuns(current());
      commands.notifyCommandChanged(RETRY_COMMAND);
    });
  };
  marks.changed.connect(refresh);
  tracker.currentChanged.connect(() => marks.changed.emit());
  tracker.activeCellChanged.connect(refresh);
}
