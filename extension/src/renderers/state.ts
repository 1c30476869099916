import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { STATE_MIME, type StatePayload } from "../../../src/contracts/records.js";
import type { OutputPlaces } from "../output-places.js";
import { stateCard } from "../views/state-card.js";
import { CellarWidget } from "./cellar-widget.js";
import { readState } from "./read-record.js";

/** Shows one State; drawn again in place when the kernel updates the display. */
class RenderedState extends CellarWidget {
  private readonly card = stateCard((place) => this.places.openCell(this.node, place));
  private state: StatePayload | undefined;
  private countdown = 0;

  constructor(
    mimeType: string,
    private readonly places: OutputPlaces,
  ) {
    super(mimeType);
  }

  protected draw(data: unknown): HTMLElement {
    this.state = readState(data);
    this.tick();
    return this.card.node;
  }

  override dispose(): void {
    window.clearTimeout(this.countdown);
    super.dispose();
  }

  /** Counts a scheduled start down, once a second until it has come. */
  private tick(): void {
    if (!this.state || this.isDisposed) return;
    const now = Date.now();
    this.card.update({ state: this.state, now });
    window.clearTimeout(this.countdown);
    if ((this.state.startTime ?? 0) > now) this.countdown = window.setTimeout(() => this.tick(), 1000);
  }
}

export const stateRendererFactory = (places: OutputPlaces): IRenderMime.IRendererFactory => ({
  safe: true, // the view writes text nodes only, so an untrusted notebook may show it
  mimeTypes: [STATE_MIME],
  defaultRank: 20,
  createRenderer: ({ mimeType }) => new RenderedState(mimeType, places),
});
