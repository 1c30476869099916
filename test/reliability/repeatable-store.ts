import type { FlowRunSummary, StateRecord, TaskRunRecord } from "../../src/contracts/records.js";
import type { Owner } from "../../src/store/begin-ask.js";
import type { Store, Transition } from "../../src/store/store.js";
import { watchStore } from "../../src/store/watch-store.js";

/** Far ahead, so that what is cached has not expired when a copy is gone on with. */
export const REPEATED_AT = Date.UTC(2100, 0, 1);
const CACHED_FOR_MS = 3_600_000;
/** A process that no machine has: Linux counts pids up to 2 ** 22. */
const NOBODY: Owner = { id: "nobody", pid: 2 ** 22 + 1, startedAt: REPEATED_AT };
/** Run once the flow is over: the store notes by itself on which machine it was. */
export const FORGET_MACHINE = "UPDATE owners SET machine = 'none', process_mark = NULL";

/**
 * A store that is given the same each time a flow runs the same way: ids are counted, times stand still and stacks,
 * which name folders of this machine, are left out. For a flow that runs one task at a time.
 */
export function repeatableStore(store: Store): Store {
  const ids = new Map<string, string>();
  const idOf = (id: string): string => {
    const known = ids.get(id) ?? `id-${ids.size / 2 + 1}`;
    ids.set(id, known).set(known, known); // the store gives a counted id back
    return known;
  };
  const run = (given: FlowRunSummary): FlowRunSummary => ({
    ...given,
    id: idOf(given.id),
    state: stateAt(given.state),
    createdAt: REPEATED_AT,
    startedAt: timeOf(given.startedAt),
    endedAt: timeOf(given.endedAt),
  });
  const task = (given: TaskRunRecord): TaskRunRecord => ({
    ...given,
    id: idOf(given.id),
    flowRunId: idOf(given.flowRunId),
    state: stateAt(given.state),
    startedAt: timeOf(given.startedAt),
    endedAt: timeOf(given.endedAt),
  });
  const transition = ({ run: given, memory, results }: Transition): Transition => {
    const cacheExpires = memory.cacheExpires === null ? null : REPEATED_AT + CACHED_FOR_MS;
    const { attempt } = memory;
    const kept = { ...memory, cacheExpires, ...(attempt !== undefined && { attempt: idOf(attempt) }) };
    return { run: task(given), memory: kept, results };
  };
  return {
    ...watchStore(store, () => {}), // the same methods, as an object's own
    begin: (ask) => store.begin({ ...ask, newId: idOf(ask.newId), occurrence: 1, owner: NOBODY, now: REPEATED_AT }),
    append: (hold, transitions, change) =>
      store.append(hold, transitions.map(transition), change && { ...change, run: run(change.run) }),
  };
}

const timeOf = <T extends number | null>(time: T): T => (time === null ? time : (REPEATED_AT as T));

function stateAt({ error, ...state }: StateRecord): StateRecord {
  return {
    ...state,
    timestamp: REPEATED_AT,
    ...(error && { error: { name: error.name, message: error.message } }),
    ...(state.startTime !== undefined && { startTime: timeOf(state.startTime) }),
    ...(state.expires !== undefined && { expires: state.expires === null ? null : REPEATED_AT + CACHED_FOR_MS }),
  };
}
