import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { type FlowRunSummary, STATE_MIME, type StatePayload } from "../../../src/contracts/records.js";
import type { OutputPlaces } from "../output-places.js";
import type { FollowedRun, RunHub } from "../run-hub.js";
import { stateCard } from "../views/state-card.js";
import { CellarWidget } from "./cellar-widget.js";
import { readState } from "./read-record.js";

type Message = Parameters<CellarWidget["processMessage"]>[0];

/** Shows one State; the state of a flow run follows that run, so that it never says less than its widget. */
class RenderedState extends CellarWidget {
  private readonly card = stateCard((place) => this.places.openCell(this.node, place));
  private state: StatePayload | undefined;
  private trusted = false;
  private link: FollowedRun | undefined;
  private run: FlowRunSummary | undefined;
  private countdown = 0;

  constructor(
    mimeType: string,
    private readonly places: OutputPlaces,
    private readonly hub: RunHub,
  ) {
    super(mimeType);
  }

  protected draw(data: unknown, trusted: boolean): HTMLElement {
    this.state = readState(data);
    this.trusted = trusted;
    this.unlink();
    this.run = this.state.run && this.hub.latest(this.state.run.id);
    this.connect();
    this.tick();
    return this.card.node;
  }

  override dispose(): void {
    if (this.isDisposed) return;
    window.clearTimeout(this.countdown);
    this.unlink();
    super.dispose();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.connect();
    this.tick();
  }

  private connect(): void {
    const runId = this.state?.run?.id;
    if (this.link || !runId || !this.trusted || !this.isAttached) return;
    const session = this.places.sessionOf(this.node);
    if (!session) return;
    this.link = this.hub.follow(session, runId, "summary", {
      onRun: (run) => {
        this.run = run;
        this.tick();
      },
      onStatus: () => {}, // without a kernel the last known state stays
      onCrash: () => {}, // the run's state says it
    });
  }

  private unlink(): void {
    this.link?.dispose();
    this.link = undefined;
  }

  /** Counts a scheduled start down, once a second until it has come. */
  private tick(): void {
    if (!this.state || this.isDisposed) return;
    const now = Date.now();
    this.card.update({ state: this.state, now, run: this.run, besideRun: this.standsBesideItsRun() });
    window.clearTimeout(this.countdown);
    if ((this.state.startTime ?? 0) > now) this.countdown = window.setTimeout(() => this.tick(), 1000);
  }

  /** Whether the same cell shows the run itself, with all that this card could say. */
  private standsBesideItsRun(): boolean {
    const runId = this.state?.run?.id;
    const area = this.isAttached ? this.node.closest(".jp-OutputArea") : null;
    if (!runId || !area) return false;
    return [...area.querySelectorAll<HTMLElement>(".cl-run")].some((each) => each.dataset.run === runId);
  }
}

export const stateRendererFactory = (places: OutputPlaces, hub: RunHub): IRenderMime.IRendererFactory => ({
  safe: true, // the view writes text nodes only, so an untrusted notebook may show it
  mimeTypes: [STATE_MIME],
  defaultRank: 20,
  createRenderer: ({ mimeType }) => new RenderedState(mimeType, places, hub),
});
