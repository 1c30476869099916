import type { FlowRunSummary, ResultRecord, TaskRunRecord } from "../../contracts/records.js";
import { stateRecord } from "../../state/state-record.js";
import type { State } from "../../state/states.js";
import type { Transition } from "../../store/store.js";
import type { TaskRunMemory } from "../../store/task-memory.js";
import type { Node, Unit } from "../plan/unit.js";

/** What resuming needs of a map as a whole: nothing, each child has its own. */
const NO_MEMORY: TaskRunMemory = {
  sourceKey: null,
  inputKeys: {},
  result: null,
  cachedInputs: {},
  cacheKey: null,
  cacheExpires: null,
};

/** A map as a whole came to a state. */
export function parentTransition(
  { unit, call, children }: Node,
  state: State,
  result: ResultRecord,
  { id: flowRunId, attempt }: FlowRunSummary,
): Transition {
  const run: TaskRunRecord = {
    id: unit.id,
    flowRunId,
    attempt,
    name: call.name,
    task: call.task.name,
    mapIndex: null,
    state: stateRecord(state, { runCount: 0, result }),
    maxAttempts: call.task.settings.maxRetries + 1,
    kept: !unit.ran,
    startedAt: earliest(children),
    endedAt: state.timestamp.getTime(),
    reason: unit.ran ? null : "kept",
  };
  return { run, memory: NO_MEMORY, results: [] };
}

function earliest(children: readonly Unit[] | null): number | null {
  const times = (children ?? []).map(({ startedAt }) => startedAt).filter((time) => time !== null);
  return times.reduce<number | null>((first, time) => (first === null || time < first ? time : first), null);
}
