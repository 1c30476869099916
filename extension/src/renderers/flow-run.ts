import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import {
  FLOW_RUN_MIME,
  type FlowRunRecord,
  type FlowRunSummary,
  type LogRecord,
  type StateRecord,
} from "../../../src/contracts/records.js";
import type {
  DownloadFormat,
  DownloadPiece,
  DownloadStart,
  GivenInputs,
  Rerun,
  ResultPreview,
} from "../../../src/contracts/run-comm.js";
import { announceEnd } from "../announce-end.js";
import type { OutputPlaces } from "../output-places.js";
import type { FollowedRun, RunHub } from "../run-hub.js";
import type { RunAsk } from "../run-link.js";
import type { CellPlace } from "../views/cell-place.js";
import type { FlowRunActions, LinkStatus } from "../views/flow-run-model.js";
import { flowRunView } from "../views/flow-run-view.js";
import { preferences } from "../views/preferences.js";
import type { DrawMedia } from "../views/preview-view.js";
import { CellarWidget } from "./cellar-widget.js";
import { readFlowRun } from "./read-record.js";

type Message = Parameters<CellarWidget["processMessage"]>[0];

/** Shows one flow run: first as it was saved, then as the kernel's store has it. */
export class RenderedFlowRun extends CellarWidget implements FlowRunActions {
  private run: FlowRunRecord | undefined;
  private trusted = false;
  private link: FollowedRun | undefined;
  private status: LinkStatus = "none";
  private reason: string | undefined;
  private crash: string | undefined;
  /** The last record that came from the kernel. */
  private heard: FlowRunRecord | undefined;
  private clock = 0;
  private waiting = 0;
  private drawnAt = 0;
  private readonly view = flowRunView(this);

  constructor(
    mimeType: string,
    private readonly places: OutputPlaces,
    private readonly hub: RunHub,
    readonly drawMedia: DrawMedia,
  ) {
    super(mimeType);
  }

  /** Shows a run that stands in no notebook, and follows it. */
  showRun(run: FlowRunRecord): void {
    this.node.replaceChildren(this.draw(run, true));
  }

  async retry(rerun: Rerun): Promise<void> {
    try {
      if (!this.link?.live) throw new Error("Cannot retry over the kernel: it is not connected");
      await this.link.ask({ ask: "retry", rerun });
    } catch (error) {
      // The kernel does not know the run any more: running its cell again keeps what finished.
      if (rerun.kind !== "failed" || !(await this.places.runCellOf(this.node))) throw error;
    }
  }

  async cancel(): Promise<void> {
    await this.asked({ ask: "cancel" });
  }

  async preview(resultId: string, from?: number): Promise<ResultPreview> {
    const asked = { ask: "preview", resultId, ...(from !== undefined && { from }) } as const;
    return (await this.asked(asked)) as ResultPreview;
  }

  readonly downloads = {
    start: async (resultId: string, format: DownloadFormat) =>
      (await this.asked({ ask: "download", resultId, format })) as DownloadStart,
    next: async (download: number) => (await this.asked({ ask: "downloadNext", download })) as DownloadPiece,
  };

  async logs(taskRunId: string | undefined, after = 0): Promise<readonly LogRecord[]> {
    const asked = { ask: "logs", after, ...(taskRunId !== undefined && { taskRunId }) } as const;
    return (await this.asked(asked)) as readonly LogRecord[];
  }

  async inputs(): Promise<GivenInputs> {
    return (await this.asked({ ask: "inputs" })) as GivenInputs;
  }

  async attempts(): Promise<readonly FlowRunSummary[]> {
    return (await this.asked({ ask: "attempts" })) as readonly FlowRunSummary[];
  }

  async attempt(attempt: number): Promise<FlowRunRecord> {
    return readFlowRun(await this.asked({ ask: "attempt", attempt }));
  }

  async history(taskRunId: string): Promise<readonly StateRecord[]> {
    return (await this.asked({ ask: "history", taskRunId })) as readonly StateRecord[];
  }

  readonly openCell = (place: CellPlace): boolean => this.places.openCell(this.node, place);

  override dispose(): void {
    if (this.isDisposed) return;
    window.clearInterval(this.clock);
    window.clearTimeout(this.waiting);
    this.link?.dispose();
    this.view.dispose();
    super.dispose();
  }

  protected draw(data: unknown, trusted: boolean): HTMLElement {
    const saved = readFlowRun(data);
    this.trusted = trusted;
    if (this.run && this.run.id !== saved.id) this.unlink();
    // While the link lives it is ahead of the display's copy, unless the display tells of a new attempt.
    if (!this.run || !this.link?.live || this.run.id !== saved.id || saved.attempt > this.run.attempt) this.run = saved;
    this.connect();
    this.redraw();
    return this.view.node;
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.connect();
    this.redraw();
  }

  private asked(request: RunAsk): ReturnType<FollowedRun["ask"]> {
    return this.link?.ask(request) ?? Promise.reject(new Error("Cannot ask the kernel: it is not connected"));
  }

  private connect(): void {
    if (this.link || !this.run || !this.trusted || !this.isAttached) return;
    const session = this.places.sessionOf(this.node);
    if (!session) return;
    this.link = this.hub.follow(session, this.run.id, "all", {
      onRun: (run) => {
        announceEnd(this.heard, run, () => this.node.scrollIntoView({ block: "center" }));
        if (run.endedAt === null) this.crash = undefined;
        this.heard = run;
        this.run = run;
        if (this.status !== "live") return; // its status follows
        this.redrawSoon();
        void this.keep(run);
      },
      onStatus: (status, reason) => {
        this.status = status;
        this.reason = reason;
        this.redraw();
        if (status === "live" && this.heard) void this.keep(this.heard);
      },
      onCrash: (reason) => {
        this.crash = reason;
        this.redraw();
      },
    });
  }

  /** Has the notebook keep how the run ended, where what it would save says otherwise. */
  private async keep(run: FlowRunRecord): Promise<void> {
    const { model, link } = this;
    if (!model || !link || run.endedAt === null || isSameEnd(model.data[this.mimeType], run)) return;
    try {
      const data = (await link.ask({ ask: "bundle" })) as IRenderMime.IMimeModel["data"];
      if (this.isDisposed || this.model !== model || isSameEnd(model.data[this.mimeType], run)) return;
      model.setData({ data: { ...data } });
    } catch {
      // the kernel went away: the view itself is right, and asks again when the notebook is opened
    }
  }

  private unlink(): void {
    this.link?.dispose();
    this.link = undefined;
    this.heard = undefined;
    this.status = "none";
    this.reason = undefined;
    this.crash = undefined;
  }

  /** Draws at most so often as is set, and the last state in any case. */
  private redrawSoon(): void {
    if (this.waiting) return;
    const wait = this.drawnAt + 1000 / preferences().liveRate - performance.now();
    if (wait <= 0) this.redraw();
    else this.waiting = window.setTimeout(() => this.redraw(), wait);
  }

  private redraw(): void {
    window.clearTimeout(this.waiting);
    this.waiting = 0;
    if (!this.run || this.isDisposed) return;
    this.view.update({
      run: this.run,
      link: this.status,
      reason: this.reason,
      crash: this.crash,
      trusted: this.trusted,
      inNotebook: this.places.sessionOf(this.node) !== undefined,
      now: Date.now(),
    });
    this.drawnAt = performance.now();
    const ticking = this.run.endedAt === null && this.status === "live";
    if (ticking && !this.clock) this.clock = window.setInterval(() => this.redraw(), 1000);
    else if (!ticking && this.clock) {
      window.clearInterval(this.clock);
      this.clock = 0;
    }
  }
}

function isSameEnd(saved: unknown, run: FlowRunRecord): boolean {
  const { attempt, endedAt, state } = (saved ?? {}) as Partial<FlowRunRecord>;
  return attempt === run.attempt && endedAt === run.endedAt && state?.type === run.state.type;
}

export const flowRunRendererFactory = (
  places: OutputPlaces,
  hub: RunHub,
  drawMedia: DrawMedia,
): IRenderMime.IRendererFactory => ({
  safe: true, // the view writes text nodes only; its actions are off in an untrusted notebook
  mimeTypes: [FLOW_RUN_MIME],
  defaultRank: 20,
  createRenderer: ({ mimeType }) => new RenderedFlowRun(mimeType, places, hub, drawMedia),
});
