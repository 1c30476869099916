import type { StateRecord } from "../../contracts/records.js";
import { UnreadComposedResult } from "../../result/composed-result.js";
import { NoResult } from "../../result/no-result.js";
import type { Result } from "../../result/result.js";
import { type ResultSource, storedResult } from "../../result/stored-result.js";
import { stateOfRecord } from "../../state/state-record.js";
import type { State } from "../../state/states.js";
import type { RememberedTask, TaskRunMemory } from "../../store/task-memory.js";
import { LOOP_INPUT, partInput } from "../persist/state-writer.js";

/** The state that an earlier attempt or the cache left in a store, its results by reference: nothing is read. */
export function previousState({ run, memory }: Pick<RememberedTask, "run" | "memory">, source: ResultSource): State {
  const result = memory.result ? storedResult(memory.result, source) : NoResult;
  return stateOfRecord(run.state, result, cachedInputsOf(memory, source));
}

function cachedInputsOf(
  { cachedInputs, composedInputs = {} }: TaskRunMemory,
  source: ResultSource,
): { [name: string]: Result } {
  const inputs: { [name: string]: Result } = {};
  const results = new Map(Object.entries(cachedInputs).map(([name, stored]) => [name, storedResult(stored, source)]));
  for (const [name, shape] of Object.entries(composedInputs)) {
    const parts: Result[] = [];
    for (let at = 0; results.has(partInput(name, at)); at += 1) {
      parts.push(results.get(partInput(name, at))!);
      results.delete(partInput(name, at));
    }
    inputs[name] = new UnreadComposedResult(shape, parts);
  }
  results.delete(LOOP_INPUT);
  return Object.assign(inputs, Object.fromEntries(results));
}

/** Where a loop that waited, failed or died continues: its round, and what the round before gave. */
export function previousLoop(
  { loopCount, cachedInputs }: TaskRunMemory,
  source: ResultSource,
): { loopCount: number; loopResult: Result | undefined } {
  const stored = cachedInputs[LOOP_INPUT];
  return { loopCount: loopCount ?? 1, loopResult: stored && storedResult(stored, source) };
}

/** Whether a record is of a result that could be stored, and so can be had again. */
export const isRestorable = (state: StateRecord): boolean =>
  state.result.kind === "NoResult" || state.result.id !== null;
