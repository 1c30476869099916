import type { Delivery, Depot, Dispatch, Posting, QueueHealth, WorkerDispatch } from "./dispatch.js";
import type { Note, WorkerNotice } from "./orders.js";

/** What a queue in memory takes time from. */
export interface MemoryClock {
  readonly now: () => number;
  readonly after: (delayMs: number, body: () => void) => () => void;
}

const LEASE_MS = 6000;
const TAKE_MS = 2000;
const WORKER_SEEN_MS = 10_000;
const MOST_NOTES = 20_000;

interface Waiting extends Posting {
  /** Workers that took it before. */
  readonly takers: string[];
}
interface Lease {
  readonly order: Waiting;
  /** Whose it is. */
  readonly holder: object;
  until: number;
}
interface Follower {
  readonly run: string;
  readonly listener: (notes: readonly Note[]) => void;
}

/** A queue within a process: what a simulation runs on, and the plainest form of what `dispatch.ts` promises. */
export class MemoryQueue {
  readonly waiting: Waiting[] = [];
  readonly leases = new Map<string, Lease>();
  readonly outcomes = new Map<string, Map<string, string>>();
  readonly notes = new Map<string, Note[]>();
  readonly stopped = new Set<string>();
  readonly contents = new Map<string, Uint8Array>();
  readonly notices = new Map<string, { readonly notice: WorkerNotice; readonly until: number }>();
  readonly followers = new Set<Follower>();
  readonly stopListeners = new Set<(attempt: string) => void>();
  readonly takeListeners = new Set<() => void>();

  constructor(readonly clock: MemoryClock) {}

  /** All that it holds is gone, as after FLUSHALL. */
  wipe(): void {
    this.waiting.length = 0;
    for (const each of [this.leases, this.outcomes, this.notes, this.stopped, this.contents]) each.clear();
  }

  say(run: string, notes: readonly Note[]): void {
    const known = this.notes.get(run) ?? [];
    this.notes.set(run, known);
    known.push(...notes);
    if (known.length > 2 * MOST_NOTES) known.splice(0, known.length - MOST_NOTES);
    for (const follower of this.followers) if (follower.run === run) follower.listener(notes);
  }

  add(order: Waiting): void {
    this.waiting.push(order);
    for (const listener of this.takeListeners) listener();
  }

  /** Leases that ran out wait again. */
  expire(): void {
    for (const [attempt, { order, until }] of this.leases)
      if (until <= this.clock.now()) {
        this.leases.delete(attempt);
        this.waiting.push(order);
      }
  }

  isThere(attempt: string): boolean {
    return this.leases.has(attempt) || this.waiting.some((each) => each.attempt === attempt);
  }
}

const HEALTHY: QueueHealth = { warnings: [] };

class MemoryDepot implements Depot {
  constructor(private readonly contents: Map<string, Uint8Array>) {}

  async holds(names: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(names.filter((name) => this.contents.has(name)));
  }
  async put(name: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const pieces: Uint8Array[] = [];
    for await (const piece of content) pieces.push(piece);
    this.contents.set(name, Buffer.concat(pieces));
  }
  async get(name: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const content = this.contents.get(name);
    return content && piecesOf(content);
  }
}

async function* piecesOf(content: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield content;
}

/** A queue in memory, as a coordinator sees it. */
export class MemoryDispatch implements Dispatch {
  readonly depot: Depot;
  readonly #followed = new Set<Follower>();

  constructor(private readonly queue: MemoryQueue) {
    this.depot = new MemoryDepot(queue.contents);
  }

  async open(): Promise<QueueHealth> {
    return HEALTHY;
  }
  async post(postings: readonly Posting[]): Promise<void> {
    for (const posting of postings)
      if (!this.queue.isThere(posting.attempt)) this.queue.add({ ...posting, takers: [] });
  }
  async postAgain(postings: readonly Posting[]): Promise<void> {
    await this.post(postings); // an order is there whole or not at all
  }
  async withdraw(attempts: readonly string[]): Promise<void> {
    for (const attempt of attempts) {
      this.queue.stopped.add(attempt);
      const at = this.queue.waiting.findIndex((each) => each.attempt === attempt);
      if (at >= 0) this.queue.waiting.splice(at, 1);
      for (const listener of this.queue.stopListeners) listener(attempt);
    }
  }
  async has(attempts: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(attempts.filter((attempt) => this.queue.isThere(attempt)));
  }
  async outcomes(run: string, attempts: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const known = this.queue.outcomes.get(run);
    return new Map(attempts.flatMap((attempt) => (known?.has(attempt) ? [[attempt, known.get(attempt)!]] : [])));
  }
  async forget(run: string, attempts: readonly string[]): Promise<void> {
    for (const attempt of attempts) this.queue.outcomes.get(run)?.delete(attempt);
  }
  follow(run: string, listener: (notes: readonly Note[]) => void): () => void {
    const follower = { run, listener };
    this.queue.followers.add(follower);
    this.#followed.add(follower);
    const known = this.queue.notes.get(run) ?? [];
    if (known.length > 0) queueMicrotask(() => listener([...known]));
    return () => this.queue.followers.delete(follower);
  }
  async rewind(): Promise<void> {} // nothing is read by position here
  async workers(): Promise<readonly WorkerNotice[]> {
    return [...this.queue.notices.values()].flatMap(({ notice, until }) =>
      until > this.queue.clock.now() ? [notice] : [],
    );
  }
  async waiting(): Promise<number> {
    return this.queue.waiting.length;
  }
  onAway(): void {} // it is where its users are
  keepAlive(): void {} // it has no connection
  async close(): Promise<void> {
    for (const follower of this.#followed) this.queue.followers.delete(follower);
  }
}

/** A queue in memory, as a worker sees it. */
export class MemoryWorkerDispatch implements WorkerDispatch {
  readonly depot: Depot;
  readonly #mine = {};
  readonly #held = new Set<string>();
  #endTake: (() => void) | undefined;
  #listener: ((attempt: string) => void) | undefined;

  constructor(
    private readonly queue: MemoryQueue,
    private readonly worker: string,
  ) {
    this.depot = new MemoryDepot(queue.contents);
  }

  async open(): Promise<QueueHealth> {
    return HEALTHY;
  }

  async take(): Promise<Delivery | undefined> {
    this.queue.expire();
    if (this.queue.waiting.length === 0) await this.#wait();
    const order = this.queue.waiting.shift();
    if (!order) return undefined;
    const { run, attempt, text, takers } = order;
    this.queue.leases.set(attempt, { order, holder: this.#mine, until: this.queue.clock.now() + LEASE_MS });
    const again = this.#held.has(attempt);
    this.#held.add(attempt);
    if (again) return undefined;
    if (this.queue.outcomes.get(run)?.has(attempt) || this.queue.stopped.has(attempt)) {
      await this.drop(order);
      return undefined;
    }
    const before = [...takers];
    takers.push(this.worker);
    return { run, attempt, text, takers: before };
  }

  async renew(): Promise<{ lost: readonly string[]; stopped: readonly string[] }> {
    const held = [...this.#held];
    const lost = held.filter((attempt) => this.queue.leases.get(attempt)?.holder !== this.#mine);
    for (const attempt of held)
      if (!lost.includes(attempt)) this.queue.leases.get(attempt)!.until = this.queue.clock.now() + LEASE_MS;
    return { lost, stopped: held.filter((attempt) => this.queue.stopped.has(attempt)) };
  }

  onStop(listener: (attempt: string) => void): void {
    this.#listener = listener;
    this.queue.stopListeners.add(listener);
  }

  async commit({ run, attempt }: Posting, outcome: string): Promise<boolean> {
    const known = this.queue.outcomes.get(run) ?? new Map<string, string>();
    this.queue.outcomes.set(run, known);
    this.#end(attempt);
    if (known.has(attempt)) return false;
    known.set(attempt, outcome);
    this.queue.say(run, [{ attempt, ended: true }]);
    return true;
  }

  async drop({ attempt }: Posting): Promise<void> {
    this.#end(attempt);
  }

  async handBack({ attempt }: Posting): Promise<void> {
    const order = this.queue.leases.get(attempt)?.order;
    this.#end(attempt);
    order?.takers.pop();
    if (order) this.queue.add(order);
  }

  note(run: string, notes: readonly Note[]): void {
    this.queue.say(run, notes);
  }

  async announce(notice: WorkerNotice): Promise<void> {
    this.queue.notices.set(notice.id, { notice, until: this.queue.clock.now() + WORKER_SEEN_MS });
  }

  async leave(id: string): Promise<void> {
    this.queue.notices.delete(id);
  }

  onAway(): void {} // it is where its users are

  async close(): Promise<void> {
    this.#endTake?.();
    if (this.#listener) this.queue.stopListeners.delete(this.#listener);
  }

  #end(attempt: string): void {
    this.#held.delete(attempt);
    if (this.queue.leases.get(attempt)?.holder === this.#mine) this.queue.leases.delete(attempt);
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.queue.takeListeners.delete(end);
        this.queue.expire();
        resolve();
      };
      const cancel = this.queue.clock.after(TAKE_MS, end);
      this.queue.takeListeners.add(end);
      this.#endTake = end;
    });
  }
}
