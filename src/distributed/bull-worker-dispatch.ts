import { randomUUID } from "node:crypto";
import type { Job, Worker } from "bullmq";
import type { BullOptions } from "./bull-dispatch.js";
import type { Delivery, Depot, Posting, QueueHealth, WorkerDispatch } from "./dispatch.js";
import { loadOptional } from "./optional-package.js";
import type { Note, WorkerNotice } from "./orders.js";
import { redisWarnings } from "./queue-trouble.js";
import { RedisDepot } from "./redis-depot.js";
import { RedisLink } from "./redis-link.js";
import { BEGIN, COMMIT, KEPT_SECONDS, MOST_NOTES, RedisNames, UNTAKE } from "./redis-names.js";

/** Which queue, and who takes of it. */
export interface BullWorkerOptions extends BullOptions {
  /** The name by which the worker is known. */
  readonly worker: string;
  /** How often it looks for leases that ran out. @default 3000 */
  readonly lookMs?: number;
}

/** A lease is lost when it was not renewed for so long; workers look after each other's this often. */
const LEASE_MS = 6000;
const LOOK_MS = 3000;
/** How long a worker waits for an order at a time, in seconds. */
const TAKE_SECONDS = 2;
const WORKER_SEEN_MS = 10_000;
/** A lease lost so often is counted by the order itself; here, it never ends one. */
const NEVER = 1_000_000;

/** A queue on Redis, as a worker sees it. */
export class BullWorkerDispatch implements WorkerDispatch {
  readonly #options: BullWorkerOptions;
  readonly #names: RedisNames;
  /** Of this process, for all of its leases. */
  readonly #token = randomUUID();
  readonly #taken = new Map<string, Job>();
  #link!: RedisLink;
  #hearing!: RedisLink;
  #worker!: Worker;
  #depot!: Depot;

  constructor(options: BullWorkerOptions) {
    this.#options = options;
    this.#names = new RedisNames(options.queue);
  }

  get depot(): Depot {
    return this.#depot;
  }

  async open(): Promise<QueueHealth> {
    const { Worker } = await loadOptional("bullmq", () => import("bullmq"));
    this.#link = await RedisLink.open(this.#options.url);
    this.#hearing = this.#link.second();
    this.#depot = new RedisDepot(this.#link, this.#names);
    this.#worker = new Worker(this.#names.orders, null, {
      connection: this.#link.client,
      prefix: this.#names.prefix,
      autorun: false,
      skipVersionCheck: true,
      lockDuration: LEASE_MS,
      stalledInterval: this.#options.lookMs ?? LOOK_MS,
      maxStalledCount: NEVER,
      drainDelay: TAKE_SECONDS,
    });
    this.#worker.on("error", () => {}); // the connection says what is wrong with it
    await this.#worker.waitUntilReady();
    await this.#worker.startStalledCheckTimer();
    return { warnings: redisWarnings(String(await this.#link.call("INFO"))) };
  }

  async take(): Promise<Delivery | undefined> {
    const job = (await this.#worker.getNextJob(this.#token)) as Job<{ run: string; text: string }> | undefined;
    if (!job) return undefined;
    const { run, text } = job.data;
    const posting = { run, attempt: job.id!, text };
    const again = this.#taken.has(posting.attempt); // its lease was lost, and it came back while it still runs here
    this.#taken.set(posting.attempt, job);
    if (again) return undefined;
    const keys = [this.#names.outcomes(run), this.#names.takers(run), this.#names.stop(posting.attempt)];
    const begun = await this.#link.run(BEGIN, ...keys, posting.attempt, this.#options.worker, KEPT_SECONDS);
    const [what, before = ""] = begun as [string, string?];
    if (what === "begun") return { ...posting, takers: before.split("\n").filter((name) => name !== "") };
    await this.drop(posting);
    return undefined;
  }

  async renew(): Promise<{ lost: readonly string[]; stopped: readonly string[] }> {
    const attempts = [...this.#taken.keys()];
    if (attempts.length === 0) return { lost: [], stopped: [] };
    const tokens = attempts.map(() => this.#token);
    const lost = (await this.#worker.extendJobLocks(attempts, tokens, LEASE_MS)).map(String);
    const stops = await this.#link.calls(attempts.map((attempt) => ["EXISTS", this.#names.stop(attempt)]));
    return { lost, stopped: attempts.filter((_, index) => stops[index] === 1) };
  }

  onStop(listener: (attempt: string) => void): void {
    this.#hearing.client.on("message", (_channel, attempt) => listener(attempt));
    this.#hearing.client.subscribe(this.#names.stops).catch(() => {}); // it subscribes again when it is back
  }

  async commit({ run, attempt }: Posting, outcome: string): Promise<boolean> {
    const keys = [this.#names.outcomes(run), this.#names.takers(run), this.#names.notes(run)];
    const note = JSON.stringify({ attempt, ended: true } satisfies Note);
    const first = await this.#link.run(COMMIT, ...keys, attempt, outcome, note, KEPT_SECONDS, MOST_NOTES);
    await this.#end(attempt);
    return first === 1;
  }

  async drop({ attempt }: Posting): Promise<void> {
    await this.#end(attempt);
  }

  async handBack({ run, attempt }: Posting): Promise<void> {
    const job = this.#taken.get(attempt);
    this.#taken.delete(attempt);
    await this.#link.run(UNTAKE, this.#names.takers(run), attempt);
    await job?.moveToWait(this.#token).catch(() => {}); // the lease was lost: it waits already
  }

  note(run: string, notes: readonly Note[]): void {
    const key = this.#names.notes(run);
    void this.#link
      .calls([
        ...notes.map((note) => ["XADD", key, "MAXLEN", "~", MOST_NOTES, "*", "note", JSON.stringify(note)]),
        ["EXPIRE", key, KEPT_SECONDS],
      ])
      .catch(() => {}); // costs display only
  }

  async announce(notice: WorkerNotice): Promise<void> {
    await this.#link.calls([
      ["SET", this.#names.worker(notice.id), JSON.stringify(notice), "PX", WORKER_SEEN_MS],
      ["SADD", this.#names.workers, notice.id],
    ]);
  }

  onAway(listener: (isAway: boolean) => void): void {
    this.#link.onAway(listener);
  }

  async leave(id: string): Promise<void> {
    await this.#link.calls([
      ["DEL", this.#names.worker(id)],
      ["SREM", this.#names.workers, id],
    ]);
  }

  async close(): Promise<void> {
    this.#hearing.close();
    await this.#worker.close(true).catch(() => {}); // the queue may be away
    this.#link.close();
  }

  async #end(attempt: string): Promise<void> {
    const job = this.#taken.get(attempt);
    this.#taken.delete(attempt);
    await job?.moveToCompleted("", this.#token, false).catch(() => {}); // the lease was lost: whoever takes it next finds the outcome
  }
}
