import type { LogRecord } from "../contracts/records.js";
import type { Caller } from "../links/calls.js";
import type { Append, StoreCalls } from "./store-calls.js";

type Asks = { readonly [N in keyof StoreCalls]?: (call: Caller<StoreCalls>, ask: StoreCalls[N]["ask"]) => unknown };

/** What must not be done twice. All else may: it reads, or says how things are. */
const ONCE: Asks = {
  async appendAll(call, ask) {
    const appends = JSON.parse(ask) as Append[];
    const isThere = await Promise.all(appends.map((append) => isWritten(call, append)));
    const missing = appends.filter((_, place) => !isThere[place]);
    const refusals = missing.length > 0 ? await call("appendAll", JSON.stringify(missing)) : [];
    let next = 0;
    return isThere.map((there) => (there ? null : (refusals[next++] ?? null)));
  },
  async log(call, lines) {
    const missing: LogRecord[] = [];
    for (const line of lines) if (!(await isLogged(call, line))) missing.push(line);
    return missing.length > 0 ? await call("log", missing) : null;
  },
};

/** Asks a store what may have been asked and done before, by a process that ended without an answer. */
export async function askAgain<N extends keyof StoreCalls>(
  call: Caller<StoreCalls>,
  name: N,
  ask: StoreCalls[N]["ask"],
): Promise<StoreCalls[N]["answer"]> {
  const once = ONCE[name];
  return (once ? await once(call, ask) : await call(name, ask)) as StoreCalls[N]["answer"];
}

/** An append is written whole or not at all: its first new state tells. One without may be written twice. */
async function isWritten(call: Caller<StoreCalls>, { transitions }: Append): Promise<boolean> {
  const first = transitions.find(({ run }) => !run.kept);
  if (!first) return false;
  const state = JSON.stringify(first.run.state);
  return (await call("history", first.run.id)).some((each) => JSON.stringify(each) === state);
}

async function isLogged(call: Caller<StoreCalls>, line: LogRecord): Promise<boolean> {
  const text = JSON.stringify(line);
  return (await call("logs", line.taskRunId)).some((each) => JSON.stringify(each) === text);
}
