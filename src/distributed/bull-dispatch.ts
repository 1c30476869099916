import type { Queue } from "bullmq";
import type { Depot, Dispatch, Posting, QueueHealth } from "./dispatch.js";
import { NoteStream } from "./note-stream.js";
import { loadOptional } from "./optional-package.js";
import { type Note, readWorkerNotice, type WorkerNotice } from "./orders.js";
import { redisWarnings } from "./queue-trouble.js";
import { RedisDepot } from "./redis-depot.js";
import { RedisLink } from "./redis-link.js";
import { RedisNames } from "./redis-names.js";

/** Which queue, where. */
export interface BullOptions {
  readonly url: URL;
  readonly queue: string;
}

/** A stop is kept for workers that hear of nothing now. */
const STOP_SECONDS = 3600;

/** A queue on Redis, as a coordinator sees it. */
export class BullDispatch implements Dispatch {
  readonly #options: BullOptions;
  readonly #names: RedisNames;
  readonly #away = new Set<(isAway: boolean) => void>();
  #opening: Promise<QueueHealth> | undefined;
  #link!: RedisLink;
  #reading!: RedisLink;
  #queue!: Queue;
  #notes!: NoteStream;
  #depot!: Depot;

  constructor(options: BullOptions) {
    this.#options = options;
    this.#names = new RedisNames(options.queue);
  }

  get depot(): Depot {
    return this.#depot;
  }

  open(): Promise<QueueHealth> {
    if (!this.#opening) {
      this.#opening = this.#open();
      this.#opening.catch(() => {
        this.#opening = undefined; // it may be there next time
      });
    }
    return this.#opening;
  }

  async #open(): Promise<QueueHealth> {
    const { Queue } = await loadOptional("bullmq", () => import("bullmq"));
    this.#link = await RedisLink.open(this.#options.url);
    for (const listener of this.#away) this.#link.onAway(listener);
    this.#reading = this.#link.second();
    this.#queue = new Queue(this.#names.orders, {
      connection: this.#link.client,
      prefix: this.#names.prefix,
      skipVersionCheck: true,
      streams: { events: { maxLen: 100 } },
    });
    this.#queue.on("error", () => {}); // the connection says what is wrong with it
    this.#notes = new NoteStream(this.#reading, this.#link, this.#names);
    this.#depot = new RedisDepot(this.#link, this.#names);
    return { warnings: redisWarnings(String(await this.#link.call("INFO"))) };
  }

  async post(postings: readonly Posting[]): Promise<void> {
    await this.#queue.addBulk(
      postings.map(({ run, attempt, text }) => ({
        name: "order",
        data: { run, text },
        opts: { jobId: attempt, attempts: 1, removeOnComplete: true, removeOnFail: true },
      })),
    );
  }

  async postAgain(postings: readonly Posting[]): Promise<void> {
    await Promise.all(postings.map(({ attempt }) => this.#queue.remove(attempt).catch(() => 0))); // a worker has it
    await this.post(postings);
  }

  async withdraw(attempts: readonly string[]): Promise<void> {
    // Told first: an order that is taken between the two is stopped when it is begun.
    await this.#link.calls(
      attempts.flatMap((attempt) => [
        ["SET", this.#names.stop(attempt), "1", "EX", STOP_SECONDS],
        ["PUBLISH", this.#names.stops, attempt],
      ]),
    );
    await Promise.all(attempts.map((attempt) => this.#queue.remove(attempt).catch(() => 0))); // a worker has it
  }

  async has(attempts: readonly string[]): Promise<ReadonlySet<string>> {
    const [waiting, leased, ...orders] = await this.#link.calls([
      ["LRANGE", this.#names.waiting, 0, -1],
      ["LRANGE", this.#names.leased, 0, -1],
      ...attempts.map((attempt) => ["EXISTS", this.#names.order(attempt)]),
    ]);
    // A name in a list without its order, or an order in no list, is no order: keys may have been dropped one by one.
    const listed = new Set([...(waiting as string[]), ...(leased as string[])]);
    return new Set(attempts.filter((attempt, index) => orders[index] === 1 && listed.has(attempt)));
  }

  async outcomes(run: string, attempts: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (attempts.length === 0) return new Map();
    const found = (await this.#link.call("HMGET", this.#names.outcomes(run), ...attempts)) as (string | null)[];
    return new Map(attempts.flatMap((attempt, index) => (found[index] == null ? [] : [[attempt, found[index]]])));
  }

  async forget(run: string, attempts: readonly string[]): Promise<void> {
    if (attempts.length > 0) await this.#link.call("HDEL", this.#names.outcomes(run), ...attempts);
  }

  follow(run: string, listener: (notes: readonly Note[]) => void): () => void {
    return this.#notes.follow(run, listener);
  }

  rewind(run: string): Promise<void> {
    return this.#notes.rewind(run);
  }

  async workers(): Promise<readonly WorkerNotice[]> {
    const ids = (await this.#link.call("SMEMBERS", this.#names.workers)) as string[];
    if (ids.length === 0) return [];
    const texts = (await this.#link.call("MGET", ...ids.map((id) => this.#names.worker(id)))) as (string | null)[];
    const gone = ids.filter((_, index) => texts[index] === null);
    if (gone.length > 0) await this.#link.call("SREM", this.#names.workers, ...gone);
    return texts.flatMap((text) => (text === null ? [] : (readWorkerNotice(text) ?? [])));
  }

  async waiting(): Promise<number> {
    return Number(await this.#link.call("LLEN", this.#names.waiting));
  }

  onAway(listener: (isAway: boolean) => void): void {
    this.#away.add(listener);
  }

  keepAlive(isAwaited: boolean): void {
    this.#link.keepAlive(isAwaited);
    this.#reading.keepAlive(isAwaited);
  }

  async close(): Promise<void> {
    const opened = await this.#opening?.catch(() => undefined); // nothing to close
    if (!opened) return;
    this.#notes.close();
    this.#reading.close();
    await this.#queue.close().catch(() => {}); // the queue may be away
    this.#link.close();
  }
}
