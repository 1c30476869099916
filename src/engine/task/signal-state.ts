import type { EpochMs } from "../../contracts/json.js";
import { Failed, Looped, Paused, Retrying, Skipped, type State, Success, TriggerFailed } from "../../state/states.js";
import type { Signal } from "../../task/signals.js";

/** What a signal's state says of the attempt that threw it. */
export interface SignalSetting {
  readonly loopCount: number;
  readonly runCount: number;
  readonly now: () => EpochMs;
}

/** The state that a thrown signal asks for. */
export function stateOfSignal({ kind, message, value, delayMs }: Signal, setting: SignalSetting): State {
  switch (kind) {
    case "skip":
      return new Skipped({ message });
    case "success":
      return new Success<unknown>({ message, result: value });
    case "fail":
      return new Failed<unknown>({ message, result: new Error(message ?? "The task said that it failed.") });
    case "triggerFail":
      return new TriggerFailed({ message });
    case "pause":
      return new Paused({ message });
    case "loop":
      return new Looped({ message, result: value, loopCount: setting.loopCount });
    case "retry":
      return new Retrying({
        message,
        runCount: setting.runCount,
        startTime: new Date(setting.now() + (delayMs ?? 0)),
      });
  }
}
