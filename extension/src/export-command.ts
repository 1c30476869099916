import type { JupyterFrontEnd } from "@jupyterlab/application";
import { type ICommandPalette, showErrorMessage } from "@jupyterlab/apputils";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import type { TranslationBundle } from "@jupyterlab/translation";
import { exportFlowScript } from "./export-flow-script.js";

/** The menu and the toolbar name it in schema/export.json. */
export const EXPORT_COMMAND = "cellar:export-flow-script";

/** "Export flow script" for the notebook in front; seen where the notebook is TypeScript. */
export function addExportCommand(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  palette: ICommandPalette | null,
  trans: TranslationBundle,
): void {
  const { commands, serviceManager } = app;
  const current = (): NotebookPanel | null => tracker.currentWidget;
  commands.addCommand(EXPORT_COMMAND, {
    label: trans.__("Export flow script"),
    caption: trans.__("Write this notebook as a TypeScript flow script that runs without Jupyter"),
    isEnabled: () => current() !== null && isTypeScript(current()!),
    isVisible: () => current() !== null && isTypeScript(current()!),
    describedBy: { args: { type: "object", properties: {} } },
    execute: async () => {
      const panel = current();
      if (!panel) return;
      try {
        await exportFlowScript(panel, serviceManager.contents, trans);
      } catch (error) {
        await showErrorMessage(trans.__("The notebook was not exported"), error as Error);
      }
    },
  });
  palette?.addItem({ command: EXPORT_COMMAND, category: trans.__("Cellar") });
  const changed = () => commands.notifyCommandChanged(EXPORT_COMMAND);
  tracker.currentChanged.connect(changed);
  tracker.widgetAdded.connect((_, panel) => {
    panel.sessionContext.kernelChanged.connect(changed);
    void panel.context.ready.then(changed);
  });
}

/** By the running kernel, else by what the notebook says of itself. */
function isTypeScript(panel: NotebookPanel): boolean {
  const running = panel.sessionContext.session?.kernel?.name;
  if (running !== undefined) return running.startsWith("cellar");
  const spec = panel.context.model?.getMetadata("kernelspec") as { name?: string; language?: string } | undefined;
  return spec?.name?.startsWith("cellar") === true || spec?.language === "typescript";
}
