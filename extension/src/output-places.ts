import type { ISessionContext } from "@jupyterlab/apputils";
import { type INotebookTracker, NotebookActions, type NotebookPanel } from "@jupyterlab/notebook";

/** Where an output stands: the notebook around it, that notebook's kernel, and the cell that made it. */
export interface OutputPlaces {
  sessionOf(node: Node): ISessionContext | undefined;
  /** Runs the cell again; false when there is none to run. */
  runCellOf(node: Node): Promise<boolean>;
}

export function outputPlaces(tracker: INotebookTracker | null): OutputPlaces {
  const panelOf = (node: Node): NotebookPanel | undefined => tracker?.find((panel) => panel.node.contains(node));
  return {
    sessionOf: (node) => panelOf(node)?.sessionContext,
    async runCellOf(node) {
      const panel = panelOf(node);
      const cell = panel?.content.widgets.find((each) => each.node.contains(node));
      if (!panel || !cell) return false;
      return NotebookActions.runCells(panel.content, [cell], panel.sessionContext);
    },
  };
}
