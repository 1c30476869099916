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
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler that is declared to return nothing is one as well
) => State | null | undefined | void | Promise<State | null | undefined | void>;

/** Rules for running a task. */
export interface TaskOptions {
  /** Attempts after the first. @default 0, or the length of a list of delays */
  readonly maxRetries?: number;
  /** One for all, one for each attempt (the last holds on), or computed. @default 0 */
  readonly retryDelay?: Duration | readonly Duration[] | ((attempt: number, error: unknown) => Duration);
  /** Shortens each delay by a random share of up to this, 0..1. @default 0 */
  readonly jitter?: number;
  /** Whether an error is worth another attempt. @default every one is */
  readonly retryIf?: (error: unknown) => boolean;
  /** How long one attempt may take; after it the state is TimedOut and `context().signal` aborts. @default no limit */
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
  /** Told of each change of state, in order; what one returns takes the place of the new state. @default [] */
  readonly stateHandlers?: readonly StateHandler<TaskDefinition>[];
  /** Called once when the task has ended in a failed state. What it throws is told as a warning. */
  readonly onFailure?: (task: TaskDefinition, state: State) => void | Promise<void>;
  /** Words to find the task by in lists and in JupyterLab. @default [] */
  readonly tags?: readonly string[];
}

/** A task's options, checked, with durations in milliseconds. */
export interface TaskSettings {
  /** Attempts after the first. */
  readonly maxRetries: number;
  /** How long to wait before the attempt after this one. */
  readonly retryDelay: (attempt: number, error: unknown) => Duration;
  /** Largest random share by which a delay is shortened, 0..1. */
  readonly jitter: number;
  /** Whether an error is worth another attempt. */
  readonly retryIf: (error: unknown) => boolean;
  /** Milliseconds that one attempt may take; null for no limit. */
  readonly timeoutMs: number | null;
  /** Decides from the states before it whether the task runs. */
  readonly trigger: Trigger;
  /** Whether it is Skipped where something before it was. */
  readonly skipOnUpstreamSkip: boolean;
  /** Milliseconds that a result may be taken instead of running again; null for never. */
  readonly cacheForMs: number | null;
  /** What must be equal for that. */
  readonly cacheValidator: CacheValidator;
  /** Name under which results are shared between tasks; null for its own. */
  readonly cacheKey: string | null;
  /** Whether results are stored. */
  readonly checkpoint: boolean;
  /** Of its results; null for the flow's. */
  readonly serializer: ResultSerializer | null;
  /** Told of each change of state. */
  readonly stateHandlers: readonly StateHandler<TaskDefinition>[];
  /** Called when it has failed; null for nothing. */
  readonly onFailure: ((task: TaskDefinition, state: State) => void | Promise<void>) | null;
  /** Words to find it by. */
  readonly tags: readonly string[];
}

/** What the engine knows of a task. */
export interface TaskDefinition {
  /** As the task was named; not unique. */
  readonly name: string;
  /** The function it calls. */
  readonly fn: (...args: never[]) => unknown;
  /** Its options, checked. */
  readonly settings: TaskSettings;
}
