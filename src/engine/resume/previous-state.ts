import type { StateRecord } from "../../contracts/records.js";
import { NoResult } from "../../result/no-result.js";
import type { Result } from "../../result/result.js";
import { type ResultSource, storedResult } from "../../result/stored-result.js";
import { stateOfRecord } from "../../state/state-record.js";
import type { State } from "../../state/states.js";
import type { RememberedTask } from "../../store/task-memory.js";

/** The state that an earlier attempt or the cache left in a store, its results by reference: nothing is read. */
export function rememberedState({ run, memory }: Pick<RememberedTask, "run" | "memory">, source: ResultSource): State {
  const inputs = Object.entries(memory.cachedInputs).map(([name, stored]): [string, Result] => [
    name,
    storedResult(stored, source),
  ]);
  const result = memory.result ? storedResult(memory.result, source) : NoResult;
  return stateOfRecord(run.state, result, Object.fromEntries(inputs));
}

/** Whether a record is of a result that could be stored, and so can be had again. */
export const isRestorable = (state: StateRecord): boolean =>
  state.result.kind === "NoResult" || state.result.id !== null;
