import type { ResultSerializer } from "../result/result-serializer.js";
import type { State } from "../state/states.js";
import type { Duration } from "./duration.js";
import type { Trigger } from "./triggers.js";
import type { CacheValidator } from "./validators.js";

/** Told of each change of state; may give the state to take instead. */
export type StateHandler<Of> = (
  of: Of,
  before: State,
  after: State,
) => State | undefined | undefined | Promise<State | undefined | undefined>;

export interface TaskOptions {
  /** Attempts after the first. @default 0, or the length of a list of delays */
  readonly maxRetries?: number;
  /** One for all, one for each attempt (the last holds on), or computed. @default 0 */
  readonly retryDelay?: Duration | readonly Duration[] | ((attempt: number, error: unknown) => Duration);
  /** Shortens each delay by a random share of up to this, 0..1. @default 0 */
  readonly jitter?: number;
  /** Whether an error is worth another attempt. @default every one is */
  readonly retryIf?: (error: unknown) => boolean;
  readonly timeout?: Duration;
  /** @default triggers.allSuccessful */
  readonly trigger?: Trigger;
  /** @default true */
  readonly skipOnUpstreamSkip?: boolean;
  /** How long a result may be taken instead of running again. @default never */
  readonly cacheFor?: Duration;
  /** @default validators.allInputs */
  readonly cacheValidator?: CacheValidator;
  /** Name under which results are shared between tasks. @default the task's own */
  readonly cacheKey?: string;
  /** Whether results are stored. @default true */
  readonly checkpoint?: boolean;
  /** @default the flow's, else ValueSerializer */
  // biome-ignore lint/suspicious/noExplicitAny: a serializer of exactly what the task gives, whatever that is
  readonly serializer?: ResultSerializer<any>;
  readonly stateHandlers?: readonly StateHandler<TaskDefinition>[];
  readonly onFailure?: (task: TaskDefinition, state: State) => void | Promise<void>;
  readonly tags?: readonly string[];
}

/** A task's options, checked, with durations in milliseconds. */
export interface TaskSettings {
  readonly maxRetries: number;
  readonly retryDelayMs: (attempt: number, error: unknown) => number;
  readonly jitter: number;
  readonly retryIf: (error: unknown) => boolean;
  readonly timeoutMs: number | null;
  readonly trigger: Trigger;
  readonly skipOnUpstreamSkip: boolean;
  readonly cacheForMs: number | null;
  readonly cacheValidator: CacheValidator;
  readonly cacheKey: string | null;
  readonly checkpoint: boolean;
  readonly serializer: ResultSerializer | null;
  readonly stateHandlers: readonly StateHandler<TaskDefinition>[];
  readonly onFailure: ((task: TaskDefinition, state: State) => void | Promise<void>) | null;
  readonly tags: readonly string[];
}

/** What the engine knows of a task. */
export interface TaskDefinition {
  readonly name: string;
  readonly fn: (...args: never[]) => unknown;
  readonly settings: TaskSettings;
}
