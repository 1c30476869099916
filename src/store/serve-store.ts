import { serve } from "../links/calls.js";
import { toErrorRecord } from "../links/error-record.js";
import type { Port } from "../links/port.js";
import type { Store } from "./store.js";
import type { Append, StoreCalls } from "./store-calls.js";

/** Answers, from `store`, what `connectStore` asks behind `port`. The store stays with its owner: a client never closes it. */
export function serveStore(port: Port, store: Store): void {
  const open = new Set<Promise<unknown>>();
  const settled = async (write: Promise<void>): Promise<null> => {
    open.add(write);
    try {
      await write;
    } finally {
      open.delete(write);
    }
    return null;
  };
  const appendOne = ({ transitions, change }: Append) =>
    settled(store.append(transitions, change)).catch((error: unknown) => toErrorRecord(error));

  serve<StoreCalls>(port, {
    lastRun: async (place) => (await store.lastRun(place))?.packed() ?? null,
    rememberedRun: async (runId) => (await store.rememberedRun(runId))?.packed() ?? null,
    beginRun: ({ run, graph, owner }) => settled(store.beginRun(run, graph, owner)),
    setGraph: ({ runId, graph }) => settled(store.setGraph(runId, graph)),
    appendAll: (appends) => Promise.all((JSON.parse(appends) as Append[]).map(appendOne)),
    log: (lines) => settled(store.log(lines)),
    tasksBefore: (runId) => store.tasksBefore(runId),
    async cachedAll(asks) {
      const hits = await Promise.all(asks.map(({ cacheKey, now }) => store.cached(cacheKey, now)));
      return JSON.stringify(hits.map((hit) => hit ?? null));
    },
    readResult: (id) => store.readResult(id),
    madeBy: (id) => store.madeBy(id),
    blobFolder: () => store.blobFolder(),
    flowRuns: (filter) => store.flowRuns(filter),
    flowRun: (runId) => store.flowRun(runId),
    history: (taskRunId) => store.history(taskRunId),
    logs: (taskRunId) => store.logs(taskRunId),
    gc: (ask) => store.gc(ask),
    async drain() {
      await Promise.allSettled(open);
      return null;
    },
  });
}
