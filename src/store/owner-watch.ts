import type { EpochMs } from "../contracts/json.js";
import type { SqlRow } from "./driver.js";
import { BEAT_MS, mayBe } from "./owners.js";
import { findProcess, machineMark } from "./process-mark.js";

/** What can be said of an owner. "doubtful": it may be dead, but only time tells. */
export type Verdict = "alive" | "dead" | "doubtful";

/** An owner that did not beat while this process watched it for so long is dead. */
export const WATCH_MS = 4 * BEAT_MS;
/** One whose last heartbeat is no older than this, by the clock, is taken for alive without being watched first. */
const HEARD_MS = WATCH_MS;

/**
 * Tells the owners that live from the dead. Processes of this machine are looked up. The others are known by their
 * heartbeats alone: clocks of two machines differ, and are set, so that a silence is measured here, without a clock.
 */
export class OwnerWatch {
  readonly #seen = new Map<string, { readonly beats: number; readonly at: number }>();
  readonly #now: () => EpochMs;
  readonly #elapsed: () => number;

  /** @param elapsed milliseconds that no setting of the clock changes */
  constructor(now: () => EpochMs, elapsed: () => number) {
    this.#now = now;
    this.#elapsed = elapsed;
  }

  /** @param owner a row of `owners`, or of a run with its holder; one without a holder is dead. */
  judge(owner: SqlRow): Verdict {
    if (owner.pid === null || owner.pid === undefined) return "dead";
    if (owner.machine !== machineMark()) return this.#byBeats(owner);
    const found = findProcess(Number(owner.pid));
    if (!found) return "dead";
    if (found.mark === null) return this.#byBeats(owner);
    const isSame =
      owner.process_mark === null
        ? mayBe(Number(owner.started_at), found.startedAt)
        : owner.process_mark === found.mark;
    return isSame ? "alive" : "dead";
  }

  #byBeats(owner: SqlRow): Verdict {
    const id = String(owner.holder_id ?? owner.id);
    const [beats, at] = [Number(owner.beats), this.#elapsed()];
    const seen = this.#seen.get(id);
    if (seen?.beats === beats && at - seen.at >= WATCH_MS) return "dead";
    if (seen?.beats !== beats) this.#seen.set(id, { beats, at });
    const isFirst = seen === undefined;
    const silence = this.#now() - Number(owner.beat_at);
    const isHeard = silence >= 0 && silence < HEARD_MS;
    return isHeard || (!isFirst && seen.beats !== beats) ? "alive" : "doubtful";
  }
}
