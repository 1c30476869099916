import { type Duration, durationMs } from "./duration.js";
import { checkOptions } from "./known-options.js";
import type { TaskOptions, TaskSettings } from "./task-definition.js";
import { triggers } from "./triggers.js";
import { validators } from "./validators.js";

const TASK_OPTIONS: readonly (keyof TaskOptions)[] = [
  "maxRetries",
  "retryDelay",
  "jitter",
  "retryIf",
  "timeout",
  "trigger",
  "skipOnUpstreamSkip",
  "cacheFor",
  "cacheValidator",
  "cacheKey",
  "checkpoint",
  "serializer",
  "stateHandlers",
  "onFailure",
  "tags",
];

/** Checks a task's options where they are written. @throws {TypeError} naming the option. */
export function taskSettings(name: string, options: TaskOptions): TaskSettings {
  checkOptions(`define task "${name}"`, options, TASK_OPTIONS);
  const { retryDelay = 0, jitter = 0 } = options;
  const maxRetries = options.maxRetries ?? (Array.isArray(retryDelay) ? retryDelay.length : 0);
  if (!(maxRetries >= 0) || (Number.isFinite(maxRetries) && !Number.isInteger(maxRetries)))
    throw new TypeError(`Cannot define task "${name}": maxRetries is ${maxRetries}, not a count`);
  if (!(jitter >= 0 && jitter <= 1)) throw new TypeError(`Cannot define task "${name}": jitter is ${jitter}, not 0..1`);
  return {
    maxRetries,
    retryDelay: delays(name, retryDelay),
    jitter,
    retryIf: options.retryIf ?? (() => true),
    timeoutMs: options.timeout === undefined ? null : durationMs(options.timeout, `timeout of task "${name}"`),
    trigger: options.trigger ?? triggers.allSuccessful,
    skipOnUpstreamSkip: options.skipOnUpstreamSkip ?? true,
    cacheForMs: options.cacheFor === undefined ? null : durationMs(options.cacheFor, `cacheFor of task "${name}"`),
    cacheValidator: options.cacheValidator ?? validators.allInputs,
    cacheKey: options.cacheKey ?? null,
    checkpoint: options.checkpoint ?? true,
    serializer: options.serializer ?? null,
    stateHandlers: options.stateHandlers ?? [],
    onFailure: options.onFailure ?? null,
    tags: options.tags ?? [],
  };
}

function delays(name: string, retryDelay: NonNullable<TaskOptions["retryDelay"]>): TaskSettings["retryDelay"] {
  const what = `retryDelay of task "${name}"`;
  if (typeof retryDelay === "function") return retryDelay; // what it gives is checked when it is asked
  const list = (Array.isArray(retryDelay) ? retryDelay : [retryDelay]).map((each: Duration) => durationMs(each, what));
  return (attempt) => list[Math.min(attempt, list.length) - 1] ?? 0;
}
