/** So many steps of a loop are published one by one: a slow loop loses none to an interrupt. */
const ONE_BY_ONE = 1000;
/** A fast loop publishes about so often. */
const EVERY_MS = 1;
const MOST_STEPS = 2 ** 20;

/** How many steps a loop runs on variables of its own until it publishes them again: an interrupt unwinds it without `finally`. */
export class LoopPace {
  private published = 0;
  private steps = 0;
  private last = 0;

  /** A loop begins. Gives the steps until it publishes first. */
  begin(): number {
    this.published = 0;
    this.steps = 0;
    return 0;
  }

  /** The loop has published. Gives the steps until it does again. */
  next(): number {
    this.published += 1;
    if (this.published < ONE_BY_ONE) return 0;
    const now = performance.now();
    const took = now - this.last;
    this.last = now;
    if (this.published === ONE_BY_ONE) return 0;
    if (took < EVERY_MS) this.steps = Math.min(MOST_STEPS, this.steps * 2 + 1);
    else if (took > 2 * EVERY_MS) this.steps = Math.floor(this.steps / 2);
    return this.steps;
  }
}
