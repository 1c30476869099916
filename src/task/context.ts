import { AsyncLocalStorage } from "node:async_hooks";

/** What a running task can ask of the run it is part of. */
export interface TaskContext {
  /** The call's name in its flow ("extract", "extract-2"). */
  readonly taskName: string;
  /** Attempts begun so far, this one included. */
  readonly taskRunCount: number;
  /** Index of a mapped child; null otherwise. */
  readonly mapIndex: number | null;
  /** The run's parameters by name, validated. */
  readonly parameters: { readonly [name: string]: unknown };
  /** Name of the flow that the task is part of. */
  readonly flowName: string;
  /** Id of the flow run, as `cellar runs` lists it. */
  readonly flowRunId: string;
  /** When this attempt was due. */
  readonly scheduledStartTime: Date;
  /** Aborts on cancellation, timeout and interrupt. */
  readonly signal: AbortSignal;
  /** Keeps a line with the run. */
  readonly log: (text: string) => void;
  /** Tells how far the task is, 0..1. */
  readonly progress: (fraction: number, message?: string) => void;
  /** 1 in the first pass of a loop. */
  readonly loopCount: number;
  /** What the pass before gave to `signals.loop`. */
  readonly loopResult: unknown;
  /** True when somebody resumed this task after it was Paused. */
  readonly resumed: boolean;
  /** What that person gave, by `flow.resume(…, { resumeValue })` or the form of `signals.pause(message, { schema })`. */
  readonly resumeValue: unknown;
}

const running = new AsyncLocalStorage<TaskContext>();

/** The context of the task that runs here. @throws {Error} outside a task. */
export function context(): TaskContext {
  const found = running.getStore();
  if (!found) throw new Error("Cannot read context(): no task runs here");
  return found;
}

/** The same; undefined outside a task. */
export const currentTask = (): TaskContext | undefined => running.getStore();

/** Runs `body` as part of a task; what it starts keeps the context. */
export const insideTask = <T>(of: TaskContext, body: () => T): T => running.run(of, body);
