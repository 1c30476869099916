import { type Caller, connect } from "../links/calls.js";
import { reviveError } from "../links/error-record.js";
import type { Port } from "../links/port.js";
import { checkAsked } from "./check-asks.js";
import type { Store } from "./store.js";
import { type BatchAnswer, STORE_ERRORS, type StoreCalls } from "./store-calls.js";
import {
  type Answered,
  type Asked,
  type MethodTraits,
  STORE_METHODS,
  type StoreMethod,
  storeOf,
} from "./store-methods.js";

interface Waiting {
  readonly asked: readonly unknown[];
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** Larger batches would hold up both processes while one message is packed. */
const LARGEST_BATCH = 1000;

/** A store that another process owns and serves to `call` by `serveStore`. Its end leaves the store open there. */
export function clientStore(call: Caller<StoreCalls>): Store {
  const client = new StoreClient(call);
  return storeOf(
    (method, asked) => client.ask(method, asked),
    () => client.close(),
  );
}

/** A store that another process owns and serves behind `port` by `serveStore`. */
export const connectStore = (port: Port): Store => clientStore(connect<StoreCalls>(port, STORE_ERRORS));

class StoreClient {
  readonly #call: Caller<StoreCalls>;
  /** Asks of batched methods, by method. */
  readonly #waiting = new Map<StoreMethod, Waiting[]>();
  #closed = false;

  constructor(call: Caller<StoreCalls>) {
    this.#call = call;
  }

  async ask<M extends StoreMethod>(method: M, asked: Asked<M>): Promise<Answered<M>> {
    if (this.#closed) throw new Error("Cannot use the store: it is closed");
    checkAsked(method, asked);
    const traits: MethodTraits<M> = STORE_METHODS[method];
    if (traits.batched) return (await this.#gather(method, asked)) as Answered<M>;
    this.#sendWaiting(); // what was asked first goes first
    const answer = await this.#call(method, asked);
    return traits.answer ? traits.answer.unpack(answer as never) : (answer as Answered<M>);
  }

  /** Waits until all writes are durable. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#sendWaiting();
    this.#closed = true;
    await this.#call("drain", null);
  }

  #gather(method: StoreMethod, asked: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      // nextTick comes after the microtasks: the asks of all tasks that one answer set going.
      if (this.#waiting.size === 0) process.nextTick(() => this.#sendWaiting());
      const waiting = this.#waiting.get(method) ?? [];
      this.#waiting.set(method, waiting);
      waiting.push({ asked, resolve, reject });
    });
  }

  #sendWaiting(): void {
    for (const [method, waiting] of this.#waiting)
      while (waiting.length > 0) void this.#send(method, waiting.splice(0, LARGEST_BATCH));
    this.#waiting.clear();
  }

  async #send(method: StoreMethod, batch: readonly Waiting[]): Promise<void> {
    try {
      const text = await this.#call(method, JSON.stringify(batch.map(({ asked }) => asked)));
      const answers = JSON.parse(text as string) as BatchAnswer[];
      for (const [index, { resolve, reject }] of batch.entries()) {
        const answer = answers[index]!;
        if ("error" in answer) reject(reviveError(answer.error, STORE_ERRORS));
        else resolve(answer.answer);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
