import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { INotebookTracker } from "@jupyterlab/notebook";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { IStatusBar } from "@jupyterlab/statusbar";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { mediaDrawer } from "./draw-media.js";
import { addExportCommand } from "./export-command.js";
import { addRunHistory } from "./history-plugin.js";
import { addCellMarks } from "./marks-plugin.js";
import { outputPlaces } from "./output-places.js";
import { flowRunRendererFactory } from "./renderers/flow-run.js";
import { resultRendererFactory } from "./renderers/result.js";
import { stateRendererFactory } from "./renderers/state.js";
import { RunHub } from "./run-hub.js";
import { setPreferences } from "./views/preferences.js";
import { setTranslation } from "./views/translate.js";

/** Shared by all plugins: one record of a run in the page. */
const hub = new RunHub();

const renderers: JupyterFrontEndPlugin<void> = {
  id: "cellar-lab:renderers",
  description: "Shows states, results and flow runs as live widgets.",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [INotebookTracker, ISettingRegistry, ITranslator],
  activate: (
    _: JupyterFrontEnd,
    registry: IRenderMimeRegistry,
    tracker: INotebookTracker | null,
    settings: ISettingRegistry | null,
    translator: ITranslator | null,
  ) => {
    setTranslation((translator ?? nullTranslator).load("cellar_lab"));
    void settings?.load(renderers.id).then(
      (loaded) => {
        const take = (): void => setPreferences(loaded.composite);
        loaded.changed.connect(take);
        take();
      },
      () => {}, // without its schema the defaults hold
    );
    const places = outputPlaces(tracker);
    registry.addFactory(stateRendererFactory(places, hub));
    registry.addFactory(resultRendererFactory);
    registry.addFactory(flowRunRendererFactory(places, hub, mediaDrawer(registry)));
  },
};

const exporting: JupyterFrontEndPlugin<void> = {
  id: "cellar-lab:export",
  description: "Exports a notebook as a flow script.",
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    palette: ICommandPalette | null,
    translator: ITranslator | null,
  ) => addExportCommand(app, tracker, palette, (translator ?? nullTranslator).load("cellar_lab")),
};

const history: JupyterFrontEndPlugin<void> = {
  id: "cellar-lab:history",
  description: "Lists the runs of flows that a notebook's store holds.",
  autoStart: true,
  requires: [INotebookTracker, IRenderMimeRegistry],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    registry: IRenderMimeRegistry,
    palette: ICommandPalette | null,
  ) => addRunHistory(app, tracker, palette, hub, mediaDrawer(registry)),
};

const marks: JupyterFrontEndPlugin<void> = {
  id: "cellar-lab:marks",
  description:
    "Shows beside cells what their runs came to, in the status bar as well; retries from the cell's toolbar.",
  autoStart: true,
  requires: [INotebookTracker],
  optional: [IStatusBar, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    statusBar: IStatusBar | null,
    translator: ITranslator | null,
  ) => addCellMarks(app, tracker, statusBar, hub, (translator ?? nullTranslator).load("cellar_lab")),
};

export default [renderers, exporting, history, marks];
