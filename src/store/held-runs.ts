import type { RunHold } from "./begin-ask.js";
import { BEAT_MS } from "./owners.js";

/** The attempts that are under way through this store: those whose owners' heartbeat it writes. */
export class HeldRuns {
  readonly #held = new Map<string, RunHold>();
  /** Why writing to a run is over although nobody took it over, by run. */
  readonly #lost = new Map<string, { readonly hold: RunHold; readonly reason: string }>();
  readonly #beat: () => void;
  #heart: NodeJS.Timeout | undefined;

  /** @param beat called at each heartbeat */
  constructor(beat: () => void) {
    this.#beat = beat;
  }

  add(hold: RunHold): void {
    this.#held.set(hold.runId, hold);
    this.#lost.delete(hold.runId);
    this.#heart ??= setInterval(this.#beat, BEAT_MS).unref();
  }

  end(hold: RunHold): void {
    if (this.#held.get(hold.runId)?.attempt === hold.attempt) this.#held.delete(hold.runId);
  }

  /** Gives up all that is held: what it wrote is gone. */
  lose(reason: string): void {
    for (const hold of this.#held.values()) this.#lost.set(hold.runId, { hold, reason });
    this.#held.clear();
  }

  /** @throws {Error} when the run was lost since the attempt began. */
  check({ runId, attempt }: RunHold): void {
    const lost = this.#lost.get(runId);
    if (lost?.hold.attempt === attempt) throw new Error(`Cannot write to run ${JSON.stringify(runId)}: ${lost.reason}`);
  }

  get lostRuns(): readonly string[] {
    return [...this.#lost.keys()];
  }

  get owners(): readonly string[] {
    return [...new Set([...this.#held.values()].map(({ ownerId }) => ownerId))];
  }

  stop(): void {
    clearInterval(this.#heart);
  }
}
