import type { Cell, CodeCell } from "@jupyterlab/cells";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import { FLOW_RUN_MIME, type FlowRunSummary } from "../../src/contracts/records.js";
import { HistoryLink } from "./history-link.js";
import type { RunHub } from "./run-hub.js";
import { runOffer } from "./views/run-offer.js";

/** As many of a notebook's newest runs are looked through. */
const MOST_RUNS = 100;

/**
 * Keeps running flows on the page: where a cell's newest run goes on, or ended since the notebook was saved, and none
 * of its outputs shows it (the page was reloaded before it was saved), the cell offers to show it.
 */
export function offerRuns(tracker: INotebookTracker, hub: RunHub): void {
  const watched = new WeakSet<NotebookPanel>();
  const watch = (panel: NotebookPanel): void => {
    if (watched.has(panel)) return;
    watched.add(panel);
    void panel.context.ready.then(() => !panel.isDisposed && new NotebookOffers(panel, hub));
  };
  tracker.forEach(watch);
  tracker.widgetAdded.connect((_, panel) => watch(panel));
}

class NotebookOffers {
  private readonly offers = new Map<Cell, ReturnType<typeof runOffer>>();
  private runs: readonly FlowRunSummary[] = [];

  constructor(
    private readonly panel: NotebookPanel,
    private readonly hub: RunHub,
  ) {
    const link = new HistoryLink(
      panel.sessionContext,
      () => ({ limit: MOST_RUNS, file: baseName(panel.context.path) }),
      {
        onRuns: (runs) => {
          this.runs = runs;
          this.draw();
        },
        onRefused: () => {}, // no kernel, no runs to offer; the side panel says why
      },
    );
    panel.content.model?.contentChanged.connect(this.draw, this);
    panel.disposed.connect(() => link.dispose());
  }

  private draw(): void {
    if (this.panel.isDisposed) return;
    for (const cell of this.panel.content.widgets) {
      const run = cell.model?.type === "code" ? this.unshown(cell as CodeCell) : undefined;
      const offer = this.offers.get(cell);
      if (!run) {
        offer?.node.remove();
        this.offers.delete(cell);
        continue;
      }
      const view = offer ?? runOffer((wanted) => this.show(cell as CodeCell, wanted));
      this.offers.set(cell, view);
      view.update(run);
      if (view.node.parentElement !== cell.node) cell.node.append(view.node);
    }
  }

  /** The cell's newest run, where it is worth a look and no output shows it. */
  private unshown({ model }: CodeCell): FlowRunSummary | undefined {
    const newest = this.runs.find(({ place }) => place.cell === model.id);
    if (!newest || model.isDisposed) return undefined;
    const saved = Date.parse(this.panel.context.contentsModel?.last_modified ?? "");
    if (newest.endedAt !== null && !(newest.endedAt > saved && this.panel.context.model.dirty === false))
      return undefined;
    for (let index = 0; index < model.outputs.length; index += 1) {
      const shown = model.outputs.get(index).data[FLOW_RUN_MIME] as { readonly id?: string } | undefined;
      if (shown?.id === newest.id) return undefined;
    }
    return newest;
  }

  /** Puts the run below its cell, as if it had been shown there when it began. */
  private show(cell: CodeCell, run: FlowRunSummary): Promise<void> {
    return new Promise((resolve, reject) => {
      let asked = false;
      const link = this.hub.follow(this.panel.sessionContext, run.id, "summary", {
        onRun: () => {}, // the kernel is asked for the output once it is connected
        onStatus: (status, reason) => {
          if (status === "missing") reject(new Error(reason ?? "The kernel's store does not know the run"));
          if (status !== "live" || asked) return;
          asked = true;
          link
            .ask({ ask: "bundle" })
            .then((data) => {
              // What comes from this kernel's store is as good as what it put out itself; other outputs are not.
              if (cell.model.outputs.length === 0) cell.model.trusted = true;
              cell.model.outputs.add({ output_type: "display_data", data: data as never, metadata: {} });
              this.draw();
              resolve();
            })
            .catch(reject)
            .finally(() => link.dispose());
        },
        onCrash: () => {},
      });
    });
  }
}

/** A store lies in its notebook's folder and names files from there. */
const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
