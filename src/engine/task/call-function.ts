import type { RunToken, TaskRef } from "../../flow/executor.js";
import { toErrorRecord } from "../../links/error-record.js";
import { isByteStream } from "../../result/stored-bytes.js";
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
} from "../../state/states.js";
import { insideTask } from "../../task/context.js";
import { Signal } from "../../task/signals.js";
import { currentSurroundings } from "../host/script-host.js";

/** What a call gave: the state it ended in, or a promise of its value. */
type Outcome = State | PromiseLike<unknown>;

/** Calls a task's function once. Whatever it does, it gives a state: errors, signals, time-out and stop are trapped. */
export function callFunction(ref: TaskRef, inputs: readonly unknown[], token: RunToken): State | Promise<State> {
  const around = currentSurroundings();
  // Listened to before the call: code that is unwound never comes back here, and the stop ends the task then.
  if (around.inOwnTurn)
    return firstOf(ref, token, (settle) => around.inOwnTurn!(() => settle(() => outcomeOf(ref, inputs, token))));
  const outcome = outcomeOf(ref, inputs, token);
  return isThenable(outcome) ? firstOf(ref, token, (settle) => settle(() => outcome)) : outcome;
}

function outcomeOf(ref: TaskRef, inputs: readonly unknown[], token: RunToken): Outcome {
  try {
    const { fn } = ref.task; // called as a plain function, which is how stacks name it
    const outcome = insideTask(token.context, () => fn(...(inputs as never[])));
    if (isThenable(outcome)) return outcome;
    return isByteStream(outcome) ? token.keepStream(outcome) : new Success<unknown>({ result: outcome });
  } catch (thrown) {
    return stateOfThrown(thrown, token);
  }
}

/** The outcome, the time-out or the stop: whichever comes first. The rest is let go. */
function firstOf(
  ref: TaskRef,
  token: RunToken,
  begin: (settle: (call: () => Outcome) => void) => void,
): Promise<State> {
  const { timeoutMs } = ref.task.settings;
  return new Promise((resolve) => {
    let isOver = false;
    const end = (state: State): void => {
      isOver = true;
      giveUpTimer?.();
      stopListening?.();
      resolve(state);
    };
    const giveUp = (state: State): void => {
      token.abort(state.result ?? new DOMException(state.message ?? "The run was stopped.", "AbortError"));
      end(state);
    };
    const giveUpTimer = timeoutMs === null ? undefined : token.after(timeoutMs, () => giveUp(timedOut(timeoutMs)));
    let stopListening: (() => void) | undefined; // not there yet when the run is stopped already
    stopListening = token.onStop(giveUp);
    begin((call) => {
      if (isOver) return; // stopped before its turn came
      const outcome = call();
      if (!isThenable(outcome)) return end(outcome);
      const fail = (thrown: unknown) => end(stateOfThrown(thrown, token));
      const succeed = (value: unknown): void => {
        if (!isByteStream(value)) end(new Success<unknown>({ result: value }));
        else if (!isOver) token.keepStream(value).then(succeed, fail); // reading it is part of the attempt
      };
      outcome.then(succeed, fail);
    });
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
