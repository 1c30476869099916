import type { Cell, CodeCell } from "@jupyterlab/cells";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import { Signal } from "@lumino/signaling";
import { cellMarkOf } from "./cell-mark-of.js";
import { type CellMark, cellMarkView } from "./views/cell-mark.js";

/** A cell with a mark. */
export interface MarkedCell {
  readonly cell: CodeCell;
  readonly mark: CellMark;
}

/** Keeps a sign beside each cell whose output is a state or a flow run. */
export class CellMarks {
  /** A mark of some notebook came, changed or went. */
  readonly changed = new Signal<this, void>(this);
  private readonly marks = new WeakMap<Cell, CellMark>();
  private readonly watched = new WeakSet<Cell>();

  constructor(tracker: INotebookTracker) {
    tracker.forEach((panel) => {
      this.watch(panel);
    });
    tracker.widgetAdded.connect((_, panel) => this.watch(panel));
  }

  /** The marked cells of a notebook, from top to bottom. */
  of(panel: NotebookPanel): readonly MarkedCell[] {
    return panel.content.widgets.flatMap((cell) => {
      const mark = this.marks.get(cell);
      return mark ? [{ cell: cell as CodeCell, mark }] : [];
    });
  }

  private watch({ content }: NotebookPanel): void {
    const watchAll = (): void => {
      for (const cell of content.widgets) this.watchCell(cell);
      this.changed.emit();
    };
    const watchModel = (): void => {
      content.model?.cells.changed.connect(watchAll);
      watchAll();
    };
    content.modelChanged.connect(watchModel);
    watchModel();
  }

  private watchCell(cell: Cell): void {
    if (this.watched.has(cell) || cell.model.type !== "code") return;
    this.watched.add(cell);
    const code = cell as CodeCell;
    const view = cellMarkView();
    const draw = (): void => {
      if (code.isDisposed) return;
      const mark = cellMarkOf(code);
      if (mark) {
        this.marks.set(code, mark);
        view.update(mark);
        if (!view.node.isConnected || view.node.parentElement === null) code.inputArea?.node.append(view.node);
      } else {
        this.marks.delete(code);
        view.node.remove();
      }
      this.changed.emit();
    };
    code.model.outputs.changed.connect(draw);
    code.model.outputs.stateChanged.connect(draw);
    code.model.stateChanged.connect((_, { name }) => name === "isDirty" && draw());
    code.inViewportChanged.connect(draw); // a cell that was never in view has no input area yet
    draw();
  }
}
