import type { Dispatch } from "./dispatch.js";
import type { Note } from "./orders.js";

/** An attempt that is waited for. */
export interface OpenAttempt {
  readonly run: string;
  readonly id: string;
  /** Something was said of it: that it began, a log line, its progress. */
  hear(note: Note): void;
  /** Takes its outcome. Gives false where that cannot be used: the attempt is as good as lost. */
  take(outcome: string): Promise<boolean>;
  /** It is neither in the queue nor ended: it is to be posted again, with all it needs. */
  postAgain(): Promise<void>;
}

interface Watched {
  readonly attempt: OpenAttempt;
  heardAt: number;
  /** How often it was found nowhere. */
  missed: number;
  isTaking: boolean;
}

/** Where time comes from. */
export interface WatchClock {
  readonly now: () => number;
  readonly after: (delayMs: number, body: () => void) => () => void;
}

const LOOK_MS = 3000;
const SILENT_MS = 5000;
const MOST_AT_ONCE = 1000;

/**
 * Attempts under way, by what the queue says of them. An outcome is taken from where all outcomes are, and whatever was
 * not heard of for a while is looked for: nothing depends on a note that arrives, or on its place in a stream.
 */
export class OpenAttempts {
  readonly #watched = new Map<string, Watched>();
  readonly #following = new Map<string, { readonly stop: () => void; count: number }>();
  readonly #ended = new Map<string, Set<string>>();
  readonly #idle: (() => void)[] = [];
  #isAway = false;
  #isLooking = false;
  #isReading = false;
  #stopLooking: (() => void) | undefined;

  /** @param each is called on every look, some seconds apart, while something is open */
  constructor(
    private readonly dispatch: Dispatch,
    private readonly clock: WatchClock,
    private readonly each: () => Promise<void>,
  ) {
    dispatch.onAway((isAway) => {
      this.#isAway = isAway;
    });
  }

  get size(): number {
    return this.#watched.size;
  }

  add(attempt: OpenAttempt): void {
    this.#watched.set(attempt.id, { attempt, heardAt: this.clock.now(), missed: 0, isTaking: false });
    const { run } = attempt;
    const known = this.#following.get(run);
    if (known) known.count += 1;
    else this.#following.set(run, { stop: this.dispatch.follow(run, (notes) => this.#hear(run, notes)), count: 1 });
    if (this.#watched.size === 1) this.dispatch.keepAlive(true);
    this.#stopLooking ??= this.clock.after(LOOK_MS, () => void this.#look());
  }

  remove(id: string): void {
    const watched = this.#watched.get(id);
    if (!watched) return;
    this.#watched.delete(id);
    const { run } = watched.attempt;
    const following = this.#following.get(run)!;
    following.count -= 1;
    if (following.count === 0) {
      following.stop();
      this.#following.delete(run);
    }
    if (this.#watched.size > 0) return;
    this.#stopLooking?.();
    this.#stopLooking = undefined;
    this.dispatch.keepAlive(false);
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #hear(run: string, notes: readonly Note[]): void {
    for (const note of notes) {
      const watched = this.#watched.get(note.attempt);
      if (!watched) continue;
      watched.heardAt = this.clock.now();
      if ("ended" in note) this.#note(run, note.attempt);
      else if ("missing" in note)
        void watched.attempt.postAgain().catch(() => {}); // looked for again soon
      else watched.attempt.hear(note);
    }
  }

  #note(run: string, id: string): void {
    const ended = this.#ended.get(run) ?? new Set();
    this.#ended.set(run, ended.add(id));
    if (!this.#isReading) void this.#readEnded();
  }

  /** Outcomes of all that was said to have ended, many at a time. */
  async #readEnded(): Promise<void> {
    this.#isReading = true;
    while (this.#ended.size > 0) {
      const [[run, ids]] = this.#ended as unknown as [[string, Set<string>]];
      const some = [...ids].slice(0, MOST_AT_ONCE);
      for (const id of some) ids.delete(id);
      if (ids.size === 0) this.#ended.delete(run);
      await this.#takeOutcomes(run, some).catch(() => {}); // looked for again soon
    }
    this.#isReading = false;
  }

  async #takeOutcomes(run: string, ids: readonly string[]): Promise<number> {
    const found = await this.dispatch.outcomes(run, ids);
    for (const [id, outcome] of found) void this.#take(id, outcome);
    return found.size;
  }

  async #take(id: string, outcome: string): Promise<void> {
    const watched = this.#watched.get(id);
    if (!watched || watched.isTaking) return;
    watched.isTaking = true;
    const { run } = watched.attempt;
    if (await watched.attempt.take(outcome).catch(() => false)) return;
    watched.isTaking = false;
    await this.dispatch.forget(run, [id]);
    await watched.attempt.postAgain();
  }

  /** Looks for what nothing was heard of. */
  async #look(): Promise<void> {
    if (!this.#isAway && !this.#isLooking) {
      this.#isLooking = true;
      try {
        await this.each();
        await this.#reconcile();
      } catch {
        // the connection tells its trouble; the next look is soon
      }
      this.#isLooking = false;
    }
    this.#stopLooking = this.#watched.size > 0 ? this.clock.after(LOOK_MS, () => void this.#look()) : undefined;
  }

  async #reconcile(): Promise<void> {
    const silent = [...this.#watched.values()].filter(
      ({ heardAt, isTaking }) => !isTaking && this.clock.now() - heardAt >= SILENT_MS,
    );
    for (let at = 0; at < silent.length; at += MOST_AT_ONCE) await this.#find(silent.slice(at, at + MOST_AT_ONCE));
  }

  async #find(silent: readonly Watched[]): Promise<void> {
    const byRun = new Map<string, string[]>();
    for (const { attempt } of silent) byRun.set(attempt.run, [...(byRun.get(attempt.run) ?? []), attempt.id]);
    for (const [run, some] of byRun) {
      if ((await this.#takeOutcomes(run, some)) > 0) await this.dispatch.rewind(run); // its notes did not come
    }
    const left = silent.filter(({ attempt, isTaking }) => !isTaking && this.#watched.has(attempt.id));
    const there = await this.dispatch.has(left.map(({ attempt }) => attempt.id));
    for (const watched of left) {
      watched.missed = there.has(watched.attempt.id) ? 0 : watched.missed + 1;
      if (watched.missed < 2) continue;
      watched.missed = 0;
      watched.heardAt = this.clock.now();
      await watched.attempt.postAgain();
    }
  }
}
