import type { StopSignal } from "./stop-signal.js";

/** More that have ended are forgotten, oldest first: a script that runs flows for days must not grow. */
const MOST_ENDED = 500;

/** What the list of runs has to know of one. */
export interface LiveRunEntry {
  readonly id: string;
  /** Whether it is under way. */
  readonly isLive: boolean;
  readonly stop: StopSignal;
}

/** The runs that this process began: what each is to its cell, its buttons and its store. */
export class LiveRuns<Run extends LiveRunEntry> {
  /** Oldest first. */
  readonly #runs = new Map<string, Run>();

  note(run: Run): void {
    this.#runs.delete(run.id);
    this.#runs.set(run.id, run);
  }

  /** The run of this id, as it was begun last. @throws {RangeError} when this process did not begin it. */
  get(runId: string, action: string): Run {
    const found = this.#runs.get(runId);
    if (found) return found;
    throw new RangeError(
      `Cannot ${action} run ${JSON.stringify(runId)}: this session did not begin it, or has begun ${MOST_ENDED} others since; run its cell again`,
    );
  }

  find(runId: string): Run | undefined {
    return this.#runs.get(runId);
  }

  /** Runs that were stopped and have not written their end: their code may have been unwound. */
  stopped(): readonly Run[] {
    return [...this.#runs.values()].filter(({ isLive, stop }) => isLive && stop.state);
  }

  forgetOldest(): void {
    if (this.#runs.size <= MOST_ENDED) return;
    for (const [runId, { isLive }] of this.#runs) if (!isLive) return void this.#runs.delete(runId);
  }
}
