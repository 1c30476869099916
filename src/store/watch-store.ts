import type { FlowRunSummary } from "../contracts/records.js";
import type { RememberedRun } from "./remembered-run.js";
import type { Store, Transition } from "./store.js";
import { type Answered, type Asked, askStore, type StoreMethod, storeOf } from "./store-methods.js";

/** Told of what became durable: task runs that changed, and the flow run when it changed. */
export type StoreListener = (runId: string, transitions: readonly Transition[], change?: FlowRunSummary) => void;

type Notice<M extends StoreMethod> = (listener: StoreListener, asked: Asked<M>, answer: Answered<M>) => void;

/** What the listener is told once a method has done what it was asked. The rest tells nothing. */
const NOTICES: { readonly [M in StoreMethod]?: Notice<M> } = {
  begin(listener, _, { run }) {
    listener(run.id, [], run);
  },
  rememberedRun(listener, _, remembered) {
    if (remembered?.summary.state.type === "Crashed") tellCrash(listener, remembered);
  },
  setGraph(listener, [{ runId }]) {
    listener(runId, []);
  },
  setParameters(listener, [{ runId }]) {
    listener(runId, []);
  },
  append(listener, [{ runId }, transitions, change]) {
    listener(runId, transitions, change?.run);
  },
  keep(listener, [{ runId }]) {
    listener(runId, []);
  },
};

/**
 * A store that tells `listener` after each write that became durable, in the order in which they did, and of runs
 * that turned out to have crashed. No transitions mean that the run is to be read anew. The rest is the given store's.
 */
export function watchStore(store: Store, listener: StoreListener): Store {
  return storeOf(
    async <M extends StoreMethod>(method: M, asked: Asked<M>): Promise<Answered<M>> => {
      const answer = await askStore(store, method, asked);
      const notice: Notice<M> | undefined = NOTICES[method];
      notice?.(listener, asked, answer);
      return answer;
    },
    () => store.close(),
  );
}

function tellCrash(listener: StoreListener, { summary, tasks }: RememberedRun): void {
  const crashed = tasks.filter(({ run }) => run.state.type === "Crashed");
  listener(
    summary.id,
    crashed.map((task) => ({ ...task, results: [] })),
    summary,
  );
}
