import type { ISessionContext } from "@jupyterlab/apputils";
import { type INotebookTracker, NotebookActions, type NotebookPanel } from "@jupyterlab/notebook";
import type { CellPlace } from "./views/error-view.js";

/** Where an output stands: the notebook around it, that notebook's kernel, and the cell that made it. */
export interface OutputPlaces {
  sessionOf(node: Node): ISessionContext | undefined;
  /** Runs the cell again; false when there is none to run. */
  runCellOf(node: Node): Promise<boolean>;
  /** Puts the cursor at a place in a cell of the notebook around; false when that execution's cell is gone. */
  openCell(node: Node, place: CellPlace): boolean;
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
    openCell(node, { count, line, column }) {
      const notebook = panelOf(node)?.content;
      const index =
        notebook?.widgets.findIndex(({ model }) => "executionCount" in model && model.executionCount === count) ?? -1;
      if (!notebook || index < 0) return false;
      notebook.activeCellIndex = index;
      void notebook.scrollToItem(index, "smart");
      const { editor } = notebook.widgets[index]!;
      editor?.setCursorPosition({ line: line - 1, column: column - 1 });
      editor?.focus();
      return true;
    },
  };
}
