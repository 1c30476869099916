import type { EpochMs } from "../contracts/json.js";
import type { StoredBytes } from "../result/stored-bytes.js";
import type { State } from "../state/states.js";
import type { TaskContext } from "../task/context.js";
import type { TaskDefinition } from "../task/task-definition.js";
import type { Limits } from "./limits.js";

/** One attempt of one task: what an executor is asked to call. */
export interface TaskRef {
  /** Names the attempt in `cancel`. */
  readonly taskRunId: string;
  /** Id of this attempt, made by the engine: no two attempts share one. */
  readonly attempt: string;
  /** What is to be called. */
  readonly task: TaskDefinition;
}

/** The way to stop an attempt, and what the task sees of its run. */
export interface RunToken {
  /** What the task sees by `context()`. */
  readonly context: TaskContext;
  /** Calls back when the attempt is to stop, with the state it then ends in. Gives the way to stop listening. */
  readonly onStop: (listener: (state: State) => void) => () => void;
  /** Tells the task, by its `context().signal`, that nobody waits for it any more. */
  readonly abort: (reason: unknown) => void;
  /** Keeps the content of a stream that the task returned: what takes its place can be read again and again. */
  readonly keepStream: (stream: AsyncIterable<unknown>) => Promise<StoredBytes>;
  /** The folder in which it is kept, for those who call the task in another thread. */
  readonly streamFolder: () => Promise<string>;
  /** Folder from which the task's imports are resolved. */
  readonly importFolder: string;
  /** Calls `body` soon, in a turn of the event loop of its own; undefined where any turn will do. */
  readonly inOwnTurn: ((body: () => void) => void) | undefined;
  /** The engine's clock. */
  readonly now: () => EpochMs;
  /** Calls back after a while; gives the way to give it up. */
  readonly after: (delayMs: number, body: () => void) => () => void;
}

/** Where tasks are called. Small enough for many machines. */
export interface Executor {
  /** How many attempts one flow run may have under way at once. */
  readonly concurrency: number;
  /** How many tasks with a tag, or of a name, one flow run may have under way or begin a second. @default none */
  readonly limits?: Limits;
  /** Calls the task with these arguments. Gives the state it ended in; never rejects. */
  submit(ref: TaskRef, inputs: readonly unknown[], token: RunToken): Promise<State>;
  /** Gives up an attempt whose state nobody waits for any more. */
  cancel(taskRunId: string): void;
  /** Ends what it holds: threads, connections. It is used no more. */
  close(): Promise<void>;
}
