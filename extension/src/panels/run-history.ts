import type { ISessionContext } from "@jupyterlab/apputils";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import { Widget } from "@lumino/widgets";
import type { FlowRunSummary } from "../../../src/contracts/records.js";
import { HistoryLink } from "../history-link.js";
import type { MenuItem } from "../views/menu.js";
import { runList } from "../views/run-list.js";

const PAGE = 100;
/** More than this the kernel does not list at once. */
const MOST_RUNS = 200;

/** What the panel does with a run. */
export interface RunHistoryActions {
  open(run: FlowRunSummary, session: ISessionContext): void;
  attempts(run: FlowRunSummary, session: ISessionContext): Promise<readonly FlowRunSummary[]>;
  menuOf(run: FlowRunSummary, session: ISessionContext): readonly MenuItem[];
}

/** The side panel of runs: those of the store of the notebook in front. Asks the kernel only while it is in sight. */
export class RunHistory extends Widget {
  private readonly view = runList({
    open: (run) => this.session && this.actions.open(run, this.session),
    limit: (toNotebook) => {
      this.limited = toNotebook;
      this.older = [];
      this.link?.refresh();
    },
    more: () => this.readOlder(),
    attempts: (run) =>
      this.session ? this.actions.attempts(run, this.session) : Promise.reject(new Error("No notebook is open")),
    menuOf: (run) => (this.session ? this.actions.menuOf(run, this.session) : []),
  });
  private session: ISessionContext | undefined;
  private path = "";
  private link: HistoryLink | undefined;
  private limited = false;
  private newest: readonly FlowRunSummary[] = [];
  /** Pages behind the first, read when they were asked for. */
  private older: readonly FlowRunSummary[] = [];
  private ended = false;

  constructor(
    private readonly tracker: INotebookTracker,
    private readonly actions: RunHistoryActions,
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
    this.link = new HistoryLink(panel.sessionContext, () => ({ limit: PAGE, ...this.filter() }), {
      onRuns: (runs) => {
        this.newest = runs;
        if (this.older.length === 0) this.ended = runs.length < PAGE;
        this.draw();
      },
      onRefused: (reason) => this.refuse(reason),
    });
  }

  private filter(): { readonly file?: string } {
    return this.limited ? { file: baseName(this.path) } : {};
  }

  private readOlder(): void {
    const last = this.older.at(-1) ?? this.newest.at(-1);
    if (!last || !this.link) return;
    void this.link
      .read({ limit: MOST_RUNS, before: last.id, ...this.filter() })
      .then((runs) => {
        this.older = [...this.older, ...runs];
        this.ended = runs.length < MOST_RUNS;
        this.draw();
      })
      .catch((error: Error) => this.refuse(error.message));
  }

  private draw(): void {
    const known = new Set(this.newest.map(({ id }) => id));
    const runs = [...this.newest, ...this.older.filter(({ id }) => !known.has(id))];
    this.view.update({ runs, refusal: undefined, now: Date.now(), more: !this.ended && runs.length > 0 });
  }

  private refuse(refusal: string): void {
    this.view.update({ runs: [], refusal, now: Date.now(), more: false });
  }

  private unlink(): void {
    this.link?.dispose();
    this.link = undefined;
    this.session = undefined;
    this.newest = [];
    this.older = [];
  }
}

/** A store lies in its notebook's folder and names files from there. */
const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
