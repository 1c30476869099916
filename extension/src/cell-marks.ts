import type { ISessionContext } from "@jupyterlab/apputils";
import type { Cell, CodeCell } from "@jupyterlab/cells";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import { Signal } from "@lumino/signaling";
import { cellOutcome } from "./cell-mark-of.js";
import type { FollowedRun, RunHub } from "./run-hub.js";
import { type CellMark, cellMarkView } from "./views/cell-mark.js";

/** A cell with a mark. */
export interface MarkedCell {
  readonly cell: CodeCell;
  readonly mark: CellMark;
}

/** Keeps a sign beside each cell whose output is a state or a flow run. It follows the run, also while no widget does. */
export class CellMarks {
  /** A mark of some notebook came, changed or went. */
  readonly changed = new Signal<this, void>(this);
  private readonly marks = new WeakMap<Cell, CellMark>();
  private readonly watched = new WeakSet<Cell>();

  constructor(
    tracker: INotebookTracker,
    private readonly hub: RunHub,
  ) {
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

  private watch({ content, sessionContext }: NotebookPanel): void {
    const watchAll = (): void => {
      for (const cell of content.widgets) this.watchCell(cell, sessionContext);
      this.changed.emit();
    };
    const watchModel = (): void => {
      content.model?.cells.changed.connect(watchAll);
      watchAll();
    };
    content.modelChanged.connect(watchModel);
    watchModel();
  }

  private watchCell(cell: Cell, session: ISessionContext): void {
    if (this.watched.has(cell) || cell.model.type !== "code") return;
    this.watched.add(cell);
    const code = cell as CodeCell;
    const { hub } = this;
    const view = cellMarkView();
    let followed: { readonly runId: string; readonly link: FollowedRun } | undefined;
    const follow = (runId: string | undefined): void => {
      if (followed?.runId === runId) return;
      followed?.link.dispose();
      const quiet = { onRun: () => {}, onStatus: () => {}, onCrash: () => {} }; // the hub says what changed
      followed =
        runId !== undefined && code.model.trusted
          ? { runId, link: hub.follow(session, runId, "summary", quiet) }
          : undefined;
    };
    const draw = (): void => {
      if (code.isDisposed || !code.model || code.model.isDisposed) return;
      const outcome = cellOutcome(code, (runId) => hub.latest(runId));
      follow(outcome?.runId);
      if (outcome) {
        this.marks.set(code, outcome.mark);
        view.update(outcome.mark);
        if (!view.node.isConnected || view.node.parentElement === null) code.inputArea?.node.append(view.node);
      } else {
        this.marks.delete(code);
        view.node.remove();
      }
      this.changed.emit();
    };
    const onRun = (_: RunHub, runId: string): void => {
      if (runId === followed?.runId) draw();
    };
    hub.changed.connect(onRun);
    code.model.outputs.changed.connect(draw);
    code.model.outputs.stateChanged.connect(draw);
    code.model.stateChanged.connect((_, { name }) => (name === "isDirty" || name === "trusted") && draw());
    code.inViewportChanged.connect(draw); // a cell that was never in view has no input area yet
    code.disposed.connect(() => {
      hub.changed.disconnect(onRun);
      followed?.link.dispose();
      followed = undefined;
    });
    draw();
  }
}
