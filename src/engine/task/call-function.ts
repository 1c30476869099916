import type { RunToken, TaskRef } from "../../flow/executor.js";
import { toErrorRecord } from "../../links/error-record.js";
import { maskError } from "../../result/mask-error.js";
import { isByteStream } from "../../result/stored-bytes.js";
import { Failed, type State, Success, TimedOut } from "../../state/states.js";
import { insideTask } from "../../task/context.js";
import { Signal } from "../../task/signals.js";
import { isThenable } from "./callbacks.js";
import { stateOfSignal } from "./signal-state.js";

/** What a call gave: the state it ended in, or a promise of its value. */
type Outcome = State | PromiseLike<unknown>;

/** Calls a task's function once. Whatever it does, it gives a state: errors, signals, time-out and stop are trapped. */
export function callFunction(ref: TaskRef, inputs: readonly unknown[], token: RunToken): State | Promise<State> {
  // Listened to before the call: code that is unwound never comes back here, and the stop ends the task then.
  if (token.inOwnTurn)
    return firstOf(ref, token, (settle) => token.inOwnTurn!(() => settle(() => outcomeOf(ref, inputs, token))));
  const outcome = outcomeOf(ref, inputs, token);
  return isThenable(outcome) ? firstOf(ref, token, (settle) => settle(() => outcome)) : outcome;
}

function outcomeOf(ref: TaskRef, inputs: readonly unknown[], token: RunToken): Outcome {
  const { timeoutMs } = ref.task.settings;
  const begun = timeoutMs === null ? 0 : token.now();
  try {
    const { fn } = ref.task; // called as a plain function, which is how stacks name it
    const outcome = insideTask(token.context, () => fn(...(inputs as never[])));
    if (isThenable(outcome)) return outcome;
    if (timeoutMs !== null && token.now() - begun > timeoutMs) return lateInOneTurn(timeoutMs, token.now() - begun);
    return isByteStream(outcome) ? token.keepStream(outcome) : stateOfValue(outcome, token);
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
        if (!isByteStream(value)) end(stateOfValue(value, token));
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

/** A function that never awaits cannot be stopped: its time-out is noticed when it returns. */
function lateInOneTurn(timeoutMs: number, tookMs: number): State {
  const message = `It took ${tookMs} ms, longer than ${timeoutMs} ms; without an await in it, it could not be stopped.`;
  return new TimedOut({ message, result: new DOMException(message, "TimeoutError") });
}

/** A signal counts whether it is thrown or returned: as a value it would be of use to nobody. */
const stateOfValue = (value: unknown, token: RunToken): State =>
  value instanceof Signal ? stateOfThrown(value, token) : new Success<unknown>({ result: value });

function stateOfThrown(thrown: unknown, token: RunToken): State {
  if (thrown instanceof Signal) {
    const { loopCount, taskRunCount: runCount } = token.context;
    return stateOfSignal(thrown, { loopCount, runCount, now: token.now });
  }
  maskError(thrown);
  const { name, message } = toErrorRecord(thrown);
  return new Failed<unknown>({ message: thrown instanceof Error ? `${name}: ${message}` : message, result: thrown });
}
