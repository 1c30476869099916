import type { RunToken, TaskRef } from "../flow/executor.js";
import { toErrorRecord } from "../links/error-record.js";
import {
  Failed,
  Looped,
  Paused,
  Retrying,
  Skipped,
  type State,
  Success,
  TimedOut,
  TriggerFailed,
} from "../state/states.js";
import { insideTask } from "../task/context.js";
import { Signal } from "../task/signals.js";

/** Calls a task's function once. Whatever it does, it gives a state: errors, signals, time-out and stop are trapped. */
export function callFunction(ref: TaskRef, inputs: readonly unknown[], token: RunToken): State | Promise<State> {
  let outcome: unknown;
  try {
    outcome = insideTask(token.context, () => ref.task.fn(...(inputs as never[])));
  } catch (thrown) {
    return stateOfThrown(thrown, token);
  }
  if (!isThenable(outcome)) return new Success<unknown>({ result: outcome });
  return firstOf(outcome, ref, token);
}

/** The outcome, the time-out or the stop: whichever comes first. The rest is let go. */
function firstOf(outcome: PromiseLike<unknown>, ref: TaskRef, token: RunToken): Promise<State> {
  const { timeoutMs } = ref.task.settings;
  return new Promise((resolve) => {
    const end = (state: State): void => {
      giveUpTimer?.();
      stopListening();
      resolve(state);
    };
    const giveUp = (state: State): void => {
      token.abort(state.result ?? new DOMException(state.message ?? "The run was stopped.", "AbortError"));
      end(state);
    };
    const giveUpTimer = timeoutMs === null ? undefined : token.after(timeoutMs, () => giveUp(timedOut(timeoutMs)));
    const stopListening = token.onStop(giveUp);
    outcome.then(
      (value) => end(new Success<unknown>({ result: value })),
      (thrown) => end(stateOfThrown(thrown, token)),
    );
  });
}

function timedOut(timeoutMs: number): State {
  const message = `It took longer than ${timeoutMs} ms.`;
  return new TimedOut({ message, result: new DOMException(message, "TimeoutError") });
}

function stateOfThrown(thrown: unknown, token: RunToken): State {
  if (thrown instanceof Signal) return stateOfSignal(thrown, token);
  const { name, message } = toErrorRecord(thrown);
  return new Failed<unknown>({ message: thrown instanceof Error ? `${name}: ${message}` : message, result: thrown });
}

function stateOfSignal({ kind, message, value, delayMs }: Signal, { context, now }: RunToken): State {
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
      return new Looped({ message, result: value, loopCount: context.loopCount });
    case "retry":
      return new Retrying({
        message,
        runCount: context.taskRunCount,
        startTime: new Date(now() + (delayMs ?? 0)),
      });
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === "function";
