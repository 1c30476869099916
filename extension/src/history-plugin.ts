import type { JupyterFrontEnd } from "@jupyterlab/application";
import { type ICommandPalette, type ISessionContext, MainAreaWidget } from "@jupyterlab/apputils";
import type { INotebookTracker } from "@jupyterlab/notebook";
import { FLOW_RUN_MIME, type FlowRunSummary } from "../../src/contracts/records.js";
import { outputPlaces } from "./output-places.js";
import { RunHistory } from "./panels/run-history.js";
import { RenderedFlowRun } from "./renderers/flow-run.js";
import type { RunHub } from "./run-hub.js";
import type { DrawMedia } from "./views/preview-view.js";

const SHOW_COMMAND = "cellar:show-runs";

/** The side panel of runs, a command that shows it, and runs opened from it beside the notebook. */
export function addRunHistory(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  palette: ICommandPalette | null,
  hub: RunHub,
  drawMedia: DrawMedia,
): void {
  const places = outputPlaces(tracker);
  const openRun = (run: FlowRunSummary, session: ISessionContext): void => {
    const id = `cellar-run-${run.id}`;
    const there = [...app.shell.widgets("main")].find((widget) => widget.id === id);
    if (!there) {
      const content = new RenderedFlowRun(FLOW_RUN_MIME, { ...places, sessionOf: () => session }, hub, drawMedia);
      // Its kernel's answer brings graph and tasks.
      content.showRun({ ...run, graph: [], tasks: [] });
      const widget = new MainAreaWidget({ content });
      widget.id = id;
      widget.title.label = `${run.flow}: ${run.state.type}`;
      widget.title.closable = true;
      app.shell.add(widget, "main", { mode: "split-right" });
      if (!widget.isAttached) app.shell.add(widget, "right"); // Notebook 7 has one document in a page
    }
    app.shell.activateById(id);
  };
  const panel = new RunHistory(tracker, openRun);
  app.shell.add(panel, "left", { rank: 400 });
  app.commands.addCommand(SHOW_COMMAND, {
    label: "Show runs",
    caption: "All runs of flows that the store of this notebook holds",
    describedBy: { args: { type: "object", properties: {} } },
    execute: () => app.shell.activateById(panel.id),
  });
  palette?.addItem({ command: SHOW_COMMAND, category: "Cellar" });
}
