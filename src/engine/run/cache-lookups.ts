import { Cached } from "../../state/states.js";
import { resultSource } from "../../store/result-source.js";
import { CorruptResultError, type Store } from "../../store/store.js";
import type { RememberedTask } from "../../store/task-memory.js";
import { previousState } from "../resume/previous-state.js";
import type { RunScope } from "../task/step.js";
import { executionName } from "../task/task-execution.js";
import type { Clock } from "./clock.js";

/** Looks a task run up in the run before: read once, when first asked, and never in the way of a run. */
export function ranBefore(store: Store | null, runId: string): RunScope["ranBefore"] {
  let read: Promise<ReadonlyMap<string, RememberedTask>> | undefined;
  const readAll = async (): Promise<ReadonlyMap<string, RememberedTask>> => {
    try {
      const tasks = (await store?.tasksBefore(runId)) ?? [];
      return new Map(tasks.map((task) => [executionName(task.run.name, task.run.mapIndex), task]));
    } catch {
      return new Map(); // it only explains: what is wrong with the store is said where it is needed
    }
  };
  return async ({ call, mapIndex }) => {
    read ??= readAll();
    return (await read).get(executionName(call.name, mapIndex));
  };
}

/** A stored result with this cache key; undefined where there is none whose value can be read. */
export async function findCached(store: Store | null, key: string, clock: Clock): Promise<Cached | undefined> {
  const hit = await store?.cached(key, clock.now());
  if (!store || !hit?.memory.result) return undefined; // older versions entered results that were not stored
  const source = resultSource(store);
  const { text } = hit;
  const state = await previousState(hit, text === null ? source : { ...source, read: async () => text })
    .load()
    .catch((thrown: unknown) => {
      if (thrown instanceof CorruptResultError || thrown instanceof RangeError) return undefined; // recomputed instead
      throw thrown;
    });
  if (!state) return undefined;
  return new Cached({
    message: "Taken from the cache.",
    result: state._result,
    cachedResultExpiration: hit.memory.cacheExpires === null ? null : new Date(hit.memory.cacheExpires),
  });
}
