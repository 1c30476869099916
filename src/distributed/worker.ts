import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { toErrorRecord } from "../links/error-record.js";
import { codeName, neededBy } from "./carried-values.js";
import type { Delivery, Shelf, WorkerDispatch } from "./dispatch.js";
import { type Order, PROTOCOL, type Refusal, readOrder, type WorkerNotice } from "./orders.js";
import { RunningAttempt } from "./running-attempt.js";
import { ForeignSealError, unseal } from "./sealed.js";
import { TaskSlot } from "./task-slot.js";
import { type Needed, WorkerFiles } from "./worker-files.js";

/** What makes a worker. */
export interface WorkerOptions {
  readonly dispatch: WorkerDispatch;
  readonly id: string;
  readonly name: string;
  /** Attempts at once, each in a process of its own. */
  readonly slots: number;
  /** Signs outcomes, and is what orders must be signed with; null for none. */
  readonly key: string | null;
  /** Folder of its own, for code and values. */
  readonly folder: string;
  readonly memoryMb?: number;
  /** Where large content lies; null: in the queue itself. */
  readonly shelf: Shelf | null;
  /** Version of the library. */
  readonly version: string;
  /** A line for people. */
  readonly log: (line: string) => void;
}

const RENEW_MS = 2000;
const ANNOUNCE_MS = 3000;
/** So many workers may die with one attempt: then it is the attempt. */
const MOST_DEATHS = 4;
/** After trouble with the queue, whose connection tries again by itself. */
const PAUSE_MS = 500;

/**
 * Takes orders and has them run in its slots. It runs no user code itself: whatever a task does, leases are renewed,
 * time-outs kept and processes ended.
 */
export class QueueWorker {
  readonly files: WorkerFiles;
  readonly #options: WorkerOptions;
  readonly #free: TaskSlot[];
  readonly #slots: readonly TaskSlot[];
  readonly #running = new Map<string, RunningAttempt>();
  readonly #since = Date.now();
  readonly #timers: NodeJS.Timeout[] = [];
  #slotFreed: (() => void) | undefined;
  #isLeaving = false;
  #isRenewing = false;

  constructor(options: WorkerOptions) {
    const { slots, memoryMb, folder, dispatch, shelf } = options;
    this.#options = options;
    this.#slots = Array.from({ length: slots }, () => new TaskSlot(memoryMb === undefined ? {} : { memoryMb }));
    this.#free = [...this.#slots];
    this.files = new WorkerFiles(folder, () => shelf ?? dispatch.depot);
  }

  /** What it says of itself. */
  notice(): WorkerNotice {
    const { id, name, slots, version } = this.#options;
    return {
      id,
      name,
      host: hostname(),
      slots,
      running: this.#running.size,
      node: process.versions.node,
      cellar: version,
      protocol: PROTOCOL,
      since: this.#since,
      leaving: this.#isLeaving,
    };
  }

  /** Takes orders until `leave` is called. The queue is open. */
  async run(): Promise<void> {
    const { dispatch } = this.#options;
    dispatch.onStop((attempt) => this.#running.get(attempt)?.cancel());
    const announce = () => void dispatch.announce(this.notice()).catch(() => {}); // said again soon
    announce();
    this.#timers.push(
      setInterval(announce, ANNOUNCE_MS),
      setInterval(() => void this.#renew(), RENEW_MS),
    );
    while (!this.#isLeaving) {
      await this.#slotFree();
      if (this.#isLeaving) break;
      const delivery = await dispatch.take().catch(() => delay(PAUSE_MS, undefined)); // the connection tells its trouble
      if (!delivery) continue;
      if (this.#isLeaving) await dispatch.handBack(delivery);
      else void this.#handle(delivery);
    }
  }

  /** Takes nothing more, lets what runs end for a while, and hands back the rest. */
  async leave(graceMs: number): Promise<void> {
    const { dispatch, id } = this.#options;
    this.#isLeaving = true;
    this.#slotFreed?.();
    await dispatch.leave(id).catch(() => {}); // it is forgotten some seconds later
    const ended = Promise.all([...this.#running.values()].map((attempt) => attempt.settled));
    await Promise.race([ended, delay(graceMs, undefined, { ref: false })]);
    await Promise.all([...this.#running.values()].map((attempt) => attempt.handBack()));
    for (const timer of this.#timers) clearInterval(timer);
    for (const slot of this.#slots) slot.kill();
    await dispatch.close();
    await this.files.close();
  }

  async #slotFree(): Promise<void> {
    if (this.#free.length > 0) return;
    await new Promise<void>((resolve) => {
      this.#slotFreed = resolve;
    });
  }

  async #renew(): Promise<void> {
    if (this.#isRenewing) return; // the queue is away: the answer is still to come
    this.#isRenewing = true;
    try {
      const { stopped } = await this.#options.dispatch.renew();
      for (const attempt of stopped) this.#running.get(attempt)?.cancel();
    } catch {
      // the connection tells its trouble; leases that are lost meanwhile are taken by others
    }
    this.#isRenewing = false;
  }

  async #handle(delivery: Delivery): Promise<void> {
    const { log, name } = this.#options;
    const slot = this.#free.pop()!;
    try {
      const order = await this.#read(delivery);
      if (order) await this.#attempt(delivery, order, slot);
    } catch (thrown) {
      // Its lease runs out, and it is taken again: by this worker, or by one that can.
      log(`cannot handle an order of run ${delivery.run}: ${toErrorRecord(thrown).message}`);
    } finally {
      this.#running.delete(delivery.attempt);
      this.#free.push(slot);
      this.#slotFreed?.();
    }
    if (this.#isLeaving) log(`worker ${name} has ${this.#running.size} left`);
  }

  async #attempt(delivery: Delivery, order: Order, slot: TaskSlot): Promise<void> {
    const { dispatch, name, key, shelf } = this.#options;
    const attempt = new RunningAttempt({
      order,
      delivery,
      slot,
      worker: name,
      key,
      files: this.files,
      dispatch,
      depot: shelf ?? dispatch.depot,
    });
    this.#running.set(delivery.attempt, attempt);
    const { takers } = delivery;
    if (takers.length >= MOST_DEATHS)
      return await attempt.crash(
        `Four workers died while they ran task "${order.task}" (${takers.slice(0, MOST_DEATHS).join(", ")})`,
      );
    const place = shelf?.place ?? null;
    if (order.shelf !== place && order.shelf !== null)
      return await attempt.fail(
        new Error(
          `Cannot run task "${order.task}" on worker "${name}": its values lie in ${order.shelf}; start the worker with --shelf ${order.shelf}`,
        ),
      );
    const needed = neededFor(order);
    try {
      const missing = await this.files.hold(needed);
      if (missing.length > 0) await attempt.askFor(missing);
      else await attempt.run();
    } finally {
      this.files.release(needed);
    }
  }

  /** The order; undefined where it is none that this worker may run: it says so. */
  async #read({ text, attempt, run }: Delivery): Promise<Order | undefined> {
    const { name, key, log, dispatch } = this.#options;
    try {
      const order = readOrder(unseal("order", text, key));
      if (order.attempt !== attempt || order.run !== run) throw new ForeignSealError("it was sent under another name");
      return order;
    } catch (thrown) {
      const why = thrown instanceof ForeignSealError ? thrown.message : "it is no order that this version can read";
      log(`refused an order of run ${run}: ${why}`);
      const refusal: Refusal = { attempt, worker: name, refused: `Worker "${name}" refused the order: ${why}` };
      await dispatch.commit({ run, attempt, text }, JSON.stringify(refusal));
      return undefined;
    }
  }
}

const neededFor = ({ artifact, constants, inputs, parameters, loopResult }: Order): Needed[] => [
  { name: codeName(artifact), sha256: artifact },
  ...[constants, ...inputs, parameters, loopResult].flatMap(neededBy),
];
