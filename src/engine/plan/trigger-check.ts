import { toErrorRecord } from "../../links/error-record.js";
import { Skipped, type State, TriggerFailed } from "../../state/states.js";
import { Signal } from "../../task/signals.js";
import type { TaskCall } from "../../task/task-call.js";

/** Each state a call waits for with its call; of a mapped one those of its children. */
export function upstreamStates(upstream: ReadonlyMap<TaskCall, State>): (readonly [TaskCall, State])[] {
  const states: (readonly [TaskCall, State])[] = [];
  for (const [call, state] of upstream)
    if (state.type === "Mapped" && state.mapStates.length > 0)
      for (const child of state.mapStates) states.push([call, child]);
    else states.push([call, state]);
  return states;
}

/** Skipped when something it waits for was and the task says so; undefined to go on. */
export function skippedByUpstream(call: TaskCall, upstream: ReadonlyMap<TaskCall, State>): State | undefined {
  if (!call.task.settings.skipOnUpstreamSkip) return undefined;
  const skipped = upstreamStates(upstream).find(([, state]) => state.isSkipped());
  return skipped && new Skipped({ message: `"${skipped[0].name}" was skipped.` });
}

/** What the task's trigger says: to go on (undefined), to pause, or a state to end in. */
export function askTrigger(call: TaskCall, upstream: ReadonlyMap<TaskCall, State>): State | "pause" | undefined {
  const { trigger } = call.task.settings;
  const name = trigger.name || "The trigger";
  const states = upstreamStates(upstream);
  try {
    const decided = trigger(states.map(([, state]) => state));
    if (decided === "pause") return "pause";
    return decided === false ? new TriggerFailed({ message: `${name} does not hold: ${endings(states)}.` }) : undefined;
  } catch (thrown) {
    if (thrown instanceof Signal) return new TriggerFailed({ message: thrown.message ?? `${name} threw a signal.` });
    return new TriggerFailed({ message: `${name} threw ${toErrorRecord(thrown).message}`, result: thrown });
  }
}

function endings(states: readonly (readonly [TaskCall, State])[]): string {
  const bad = states.filter(([, state]) => !state.isSuccessful());
  if (bad.length === 0) return "everything before it succeeded";
  const told = bad.slice(0, 3).map(([call, state]) => `"${call.name}" is ${state.type}`);
  return told.join(", ") + (bad.length > 3 ? ` and ${bad.length - 3} more are not successful` : "");
}
