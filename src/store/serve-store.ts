import { type Answers, serve } from "../links/calls.js";
import { toErrorRecord } from "../links/error-record.js";
import type { Port } from "../links/port.js";
import type { Store } from "./store.js";
import type { BatchAnswer, StoreCalls } from "./store-calls.js";
import {
  type Asked,
  askStore,
  eachMethod,
  type MethodTraits,
  STORE_METHODS,
  type StoreMethod,
} from "./store-methods.js";

/** Answers, from `store`, what `connectStore` asks behind `port`. The store stays with its owner: a client never closes it. */
export function serveStore(port: Port, store: Store): void {
  const writes = new Set<Promise<unknown>>();

  async function answer<M extends StoreMethod>(method: M, asked: Asked<M>): Promise<unknown> {
    const traits: MethodTraits<M> = STORE_METHODS[method];
    const answered = askStore(store, method, asked);
    if (traits.kind === "write") {
      writes.add(answered);
      const forget = () => writes.delete(answered);
      answered.then(forget, forget);
    }
    return traits.answer ? traits.answer.pack(await answered) : await answered;
  }

  async function answerOne(method: StoreMethod, asked: never): Promise<BatchAnswer> {
    try {
      return { answer: await answer(method, asked) };
    } catch (error) {
      return { error: toErrorRecord(error) };
    }
  }

  const methods = eachMethod((method) => async (ask: unknown) => {
    if (!STORE_METHODS[method].batched) return await answer(method, ask as never);
    const many = JSON.parse(ask as string) as never[];
    return JSON.stringify(await Promise.all(many.map((asked) => answerOne(method, asked))));
  });

  serve<StoreCalls>(port, {
    ...methods,
    async drain() {
      await Promise.allSettled(writes);
      return null;
    },
  } as Answers<StoreCalls>);
}
