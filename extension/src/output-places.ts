import { Dialog, type ISessionContext, showDialog } from "@jupyterlab/apputils";
import { type INotebookTracker, NotebookActions, type NotebookPanel } from "@jupyterlab/notebook";
import type { CellPlace } from "./views/cell-place.js";
import { t } from "./views/translate.js";

/** Where an output stands: the notebook around it, that notebook's kernel, and the cell that made it. */
export interface OutputPlaces {
  sessionOf(node: Node): ISessionContext | undefined;
  /** Asks how much to run, then runs the cell again, with those above it where asked to; false when there is none. */
  runCellOf(node: Node): Promise<boolean>;
  /** Puts the cursor at a place in a cell of the notebook around; false when that execution's cell is gone. */
  openCell(node: Node, place: CellPlace): boolean;
  /** Whether a cell of this id is in the notebook of a session. */
  hasCell(session: ISessionContext, cellId: string): boolean;
  /** Selects that cell and brings it in sight. */
  showCell(session: ISessionContext, cellId: string): void;
}

export function outputPlaces(tracker: INotebookTracker | null): OutputPlaces {
  const panelOf = (node: Node): NotebookPanel | undefined => tracker?.find((panel) => panel.node.contains(node));
  const panelOfSession = (session: ISessionContext): NotebookPanel | undefined =>
    tracker?.find((panel) => panel.sessionContext === session);
  const indexOf = (panel: NotebookPanel | undefined, cellId: string): number =>
    panel?.content.widgets.findIndex(({ model }) => model?.id === cellId) ?? -1;
  return {
    hasCell: (session, cellId) => indexOf(panelOfSession(session), cellId) >= 0,
    showCell(session, cellId) {
      const panel = panelOfSession(session);
      const index = indexOf(panel, cellId);
      if (!panel || index < 0) return;
      panel.content.activeCellIndex = index;
      void panel.content.scrollToItem(index, "smart");
    },
    sessionOf: (node) => panelOf(node)?.sessionContext,
    async runCellOf(node) {
      const panel = panelOf(node);
      const index = panel?.content.widgets.findIndex((each) => each.node.contains(node)) ?? -1;
      if (!panel || index < 0) return false;
      const { button } = await showDialog({
        title: t("Run cells to retry?"),
        body: "This kernel does not hold the flow any more: it started anew since the run. What the cell needs is defined by the cells above it. Tasks that finished are kept.",
        buttons: [
          Dialog.cancelButton(),
          Dialog.okButton({ label: "Run this cell only", className: "cl-run-cell", accept: true }),
          Dialog.okButton({ label: "Run it and those above", className: "cl-run-above" }),
        ],
        defaultButton: 2,
      });
      if (!button.accept) return true;
      const first = button.className === "cl-run-above" ? 0 : index;
      await NotebookActions.runCells(
        panel.content,
        panel.content.widgets.slice(first, index + 1),
        panel.sessionContext,
      );
      return true; // a cell that ended in an error shows it itself
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
