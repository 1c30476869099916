import type { FlowRunSummary } from "../contracts/records.js";
import type { RememberedRun } from "./remembered-run.js";
import type { Store, Transition } from "./store.js";

/** Told of what became durable: task runs that changed, and the flow run when it changed. */
export type StoreListener = (runId: string, transitions: readonly Transition[], change?: FlowRunSummary) => void;

/**
 * A store that tells `listener` after each write that became durable (append, beginRun, setGraph), in the
 * order in which they did, and of runs that turned out to have crashed. The rest is the given store's.
 */
export function watchStore(store: Store, listener: StoreListener): Store {
  const tellCrash = (remembered: RememberedRun | undefined): RememberedRun | undefined => {
    if (remembered?.summary.state.type !== "Crashed") return remembered;
    const { summary } = remembered;
    const crashed = remembered.tasks.filter(({ run }) => run.state.type === "Crashed");
    listener(
      summary.id,
      crashed.map((task) => ({ ...task, results: [] })),
      summary,
    );
    return remembered;
  };
  return {
    lastRun: async (place) => tellCrash(await store.lastRun(place)),
    rememberedRun: async (runId) => tellCrash(await store.rememberedRun(runId)),
    async beginRun(run, graph, owner) {
      await store.beginRun(run, graph, owner);
      listener(run.id, [], run);
    },
    async setGraph(runId, graph) {
      await store.setGraph(runId, graph);
      listener(runId, []);
    },
    async append(transitions, change) {
      await store.append(transitions, change);
      for (const [runId, ofRun] of byRun(transitions)) {
        if (runId !== change?.run.id) listener(runId, ofRun);
      }
      if (change) {
        const { id } = change.run;
        listener(
          id,
          transitions.filter(({ run }) => run.flowRunId === id),
          change.run,
        );
      }
    },
    log: (lines) => store.log(lines),
    tasksBefore: (runId) => store.tasksBefore(runId),
    cached: (cacheKey, now) => store.cached(cacheKey, now),
    readResult: (id) => store.readResult(id),
    madeBy: (id) => store.madeBy(id),
    blobFolder: () => store.blobFolder(),
    flowRuns: (filter) => store.flowRuns(filter),
    flowRun: (runId) => store.flowRun(runId),
    history: (taskRunId) => store.history(taskRunId),
    logs: (taskRunId) => store.logs(taskRunId),
    gc: (ask) => store.gc(ask),
    close: () => store.close(),
  };
}

function byRun(transitions: readonly Transition[]): Map<string, Transition[]> {
  const runs = new Map<string, Transition[]>();
  for (const transition of transitions) {
    const ofRun = runs.get(transition.run.flowRunId);
    if (ofRun) ofRun.push(transition);
    else runs.set(transition.run.flowRunId, [transition]);
  }
  return runs;
}
