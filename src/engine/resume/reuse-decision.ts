import { SUCCESSFUL_TYPES } from "../../contracts/records.js";
import type { RememberedTask } from "../../store/task-memory.js";
import type { ExecutionKeys } from "../task/task-execution.js";
import { inputChange, sourceChange } from "./changes.js";
import { isRestorable } from "./previous-state.js";

/** Whether a task run of an earlier attempt is reused; and why, or why it is executed again (null: nothing to say). */
export interface ReuseDecision {
  readonly reuse: boolean;
  readonly reason: string | null;
}

/** The reason of a reused task run of which there is nothing more to say. */
export const KEPT = "kept";

const again = (reason: string | null): ReuseDecision => ({ reuse: false, reason });

/** Whether it ended well, its result can be had again, and nothing that it was made from has changed. */
export function reuseDecision(
  { run, memory }: RememberedTask,
  keys: ExecutionKeys,
  upstreamRan: boolean,
): ReuseDecision {
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
  return { reuse: true, reason: problem === null ? KEPT : `kept, although its source may have changed: ${problem}` };
}
