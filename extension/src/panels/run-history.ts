import type { ISessionContext } from "@jupyterlab/apputils";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import { Widget } from "@lumino/widgets";
import type { FlowRunSummary } from "../../../src/contracts/records.js";
import { HistoryLink } from "../history-link.js";
import { runList } from "../views/run-list.js";

const MOST_RUNS = 200;

/** The side panel of runs: those of the store of the notebook in front. Asks the kernel only while it is in sight. */
export class RunHistory extends Widget {
  private readonly view = runList({
    open: (run) => this.session && this.openRun(run, this.session),
    limit: (toNotebook) => {
      this.limited = toNotebook;
      this.link?.refresh();
    },
  });
  private session: ISessionContext | undefined;
  private path = "";
  private link: HistoryLink | undefined;
  private limited = false;

  constructor(
    private readonly tracker: INotebookTracker,
    private readonly openRun: (run: FlowRunSummary, session: ISessionContext) => void,
  ) {
    super();
    this.id = "cellar-run-history";
    this.addClass("jp-Cellar");
    this.addClass("cl-history-panel");
    this.title.caption = "Runs of flows";
    this.title.iconClass = "cl-history-icon";
    this.node.setAttribute("aria-label", "Runs of flows");
    this.node.append(this.view.node);
    tracker.currentChanged.connect((_, panel) => this.follow(panel));
  }

  protected override onAfterShow(): void {
    this.follow(this.tracker.currentWidget);
  }

  protected override onAfterHide(): void {
    this.unlink();
  }

  private follow(panel: NotebookPanel | null): void {
    if (!this.isVisible || (panel && panel.sessionContext === this.session && this.link)) return;
    this.unlink();
    if (!panel) {
      this.refuse("No notebook is open");
      return;
    }
    this.session = panel.sessionContext;
    this.path = panel.context.path;
    this.link = new HistoryLink(
      panel.sessionContext,
      () => ({ limit: MOST_RUNS, ...(this.limited && { file: baseName(this.path) }) }),
      {
        onRuns: (runs) => this.view.update({ runs, refusal: undefined, now: Date.now() }),
        onRefused: (reason) => this.refuse(reason),
      },
    );
  }

  private refuse(refusal: string): void {
    this.view.update({ runs: [], refusal, now: Date.now() });
  }

  private unlink(): void {
    this.link?.dispose();
    this.link = undefined;
    this.session = undefined;
  }
}

/** A store lies in its notebook's folder and names files from there. */
const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
