import { type Duration, durationMs } from "./duration.js";

/** What a task throws to end in a state of its choice. Not an error: nothing went wrong. */
export class Signal {
  constructor(
    /** What the task is to end in. */
    readonly kind: "skip" | "fail" | "success" | "retry" | "pause" | "loop" | "triggerFail",
    /** Becomes the state's message. */
    readonly message: string | null,
    /** Of a success and of a loop. */
    readonly value?: unknown,
    /** Of a retry: how long to wait. */
    readonly delayMs?: number,
  ) {}
}

/** Thrown inside a task: `throw signals.skip("nothing new")`. */
export const signals = {
  /** Ends in Skipped. */
  skip: (message?: string) => new Signal("skip", message ?? null),
  /** Ends in Failed; retried like an error. */
  fail: (message?: string) => new Signal("fail", message ?? null),
  /** Ends in Success with this value. */
  success: (value?: unknown) => new Signal("success", null, value),
  /** Ends in Retrying, whatever `maxRetries` says. */
  retry: (options: { readonly in?: Duration; readonly message?: string } = {}) =>
    new Signal("retry", options.message ?? null, undefined, durationMs(options.in ?? 0, "signals.retry's in")),
  /** Ends in Paused, until somebody resumes it. */
  pause: (message?: string) => new Signal("pause", message ?? null),
  /** Runs the task again at once, with this value in `context().loopResult`. */
  loop: (value?: unknown) => new Signal("loop", null, value),
  /** Ends in TriggerFailed: not retried. */
  triggerFail: (message?: string) => new Signal("triggerFail", message ?? null),
} as const;
