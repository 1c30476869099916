import type { Caller } from "../links/calls.js";
import type { BatchAnswer, StoreCalls } from "./store-calls.js";
import { clientStore } from "./store-client.js";
import { type Asked, type MethodTraits, STORE_METHODS, type StoreMethod } from "./store-methods.js";

/** Asks a store what may have been asked and done before, by a process that ended without an answer. */
export async function askAgain(call: Caller<StoreCalls>, name: keyof StoreCalls, ask: unknown): Promise<unknown> {
  if (name === "drain") return await call(name, null);
  const { batched } = STORE_METHODS[name];
  if (!batched) return (await isDone(call, name, ask)) ? null : await call(name, ask as readonly unknown[]);
  const many = JSON.parse(ask as string) as unknown[];
  const done = await Promise.all(many.map((asked) => isDone(call, name, asked)));
  const missing = many.filter((_, place) => !done[place]);
  const text = missing.length > 0 ? await call(name, JSON.stringify(missing)) : "[]";
  const answers = JSON.parse(text as string) as BatchAnswer[];
  let next = 0;
  return JSON.stringify(done.map((isThere): BatchAnswer => (isThere ? {} : answers[next++]!)));
}

async function isDone(call: Caller<StoreCalls>, method: StoreMethod, asked: unknown): Promise<boolean> {
  const traits = STORE_METHODS[method] as MethodTraits<"append">; // whichever it is: arguments fit by construction
  return traits.isDone ? await traits.isDone(clientStore(call), ...(asked as Asked<"append">)) : false;
}
