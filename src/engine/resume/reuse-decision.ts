import { SUCCESSFUL_TYPES } from "../../contracts/records.js";
import type { RememberedTask } from "../../store/task-memory.js";
import type { RunKeys } from "../task/task-run.js";
import { inputChange, sourceChange } from "./changes.js";
import { isRestorable } from "./previous-state.js";

/** Whether a task run of an earlier attempt is kept; and why, or why it runs again (null: nothing to tell). */
export interface KeepDecision {
  readonly keep: boolean;
  readonly reason: string | null;
}

/** The reason of a task run about whose keeping there is nothing to say. */
export const KEPT = "kept";

const again = (reason: string | null): KeepDecision => ({ keep: false, reason });

/** Whether it ended well, its result can be had again, and nothing that it was made from has changed. */
export function keepDecision({ run, memory }: RememberedTask, keys: RunKeys, upstreamRan: boolean): KeepDecision {
  if (!SUCCESSFUL_TYPES.includes(run.state.type)) return again(null);
  if (!isRestorable(run.state)) return again("its result was not stored");
  if (upstreamRan) return again("what it waits for ran again");
  if (keys.source.key === null) return again("its source cannot be compared");
  const source = sourceChange(memory, keys);
  if (source !== null) return again(source);
  const unknown = Object.keys(keys.inputs).find((name) => keys.inputs[name] === null);
  if (unknown !== undefined) return again(`input cannot be compared: ${unknown}`);
  const changed = inputChange(memory, keys);
  if (changed !== null) return again(`inputs changed: ${changed}`);
  const { problem } = keys.source;
  return { keep: true, reason: problem === null ? KEPT : `kept, although its source may have changed: ${problem}` };
}
