import type { EpochMs } from "../../contracts/json.js";
import { Paused, Skipped, type State, TriggerFailed } from "../../state/states.js";
import { Signal } from "../../task/signals.js";
import type { TaskCall } from "../../task/task-call.js";
import type { Trigger } from "../../task/triggers.js";
import { type CallbackError, callbackName, callSync } from "../task/callbacks.js";
import { stateOfSignal } from "../task/signal-state.js";

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

/**
 * What the task's trigger says: undefined to run, or the state to end in; a Paused one where it waits for somebody.
 * A signal that it throws decides the state; whatever else it throws or gives is an error in words.
 */
export function askTrigger(
  call: TaskCall,
  upstream: ReadonlyMap<TaskCall, State>,
  now: () => EpochMs,
): State | undefined {
  const { trigger } = call.task.settings;
  const states = upstreamStates(upstream);
  const what = callbackName(`trigger ${trigger.name || "function"}`, "task", call.name);
  try {
    const decided = callSync(what, 'true, false or "pause"', () => askedOf(trigger, states), readDecision);
    if (decided === "pause") return new Paused({ message: "It waits to be resumed." });
    const name = trigger.name || "The trigger";
    return decided ? undefined : new TriggerFailed({ message: `${name} does not hold: ${endings(states)}.` });
  } catch (error) {
    const { cause, message } = error as CallbackError; // nothing else is thrown above
    if (cause instanceof Signal && cause.kind !== "loop" && cause.kind !== "retry")
      return stateOfSignal(cause, { loopCount: 1, runCount: 0, now });
    const result = cause ?? new TypeError(message);
    return new TriggerFailed({ message, result });
  }
}

const askedOf = (trigger: Trigger, states: readonly (readonly [TaskCall, State])[]): unknown =>
  trigger(states.map(([, state]) => state));

const readDecision = (given: unknown): boolean | "pause" | undefined =>
  typeof given === "boolean" || given === "pause" ? given : undefined;

function endings(states: readonly (readonly [TaskCall, State])[]): string {
  const bad = states.filter(([, state]) => !state.isSuccessful());
  if (bad.length === 0) return "everything before it succeeded";
  const told = bad.slice(0, 3).map(([call, state]) => `"${call.name}" is ${state.type}`);
  return told.join(", ") + (bad.length > 3 ? ` and ${bad.length - 3} more are not successful` : "");
}
