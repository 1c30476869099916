import type { RunToken } from "../flow/executor.js";
import { BlobShelf } from "../store/blob-shelf.js";
import type { TaskContext } from "../task/context.js";
import type { FromTask, StopReason, TaskJob } from "./task-messages.js";

const PROGRESS_EVERY_MS = 200;

/** What is read of the job when the task first asks for it. */
export interface LateValues {
  readonly parameters: () => TaskContext["parameters"];
  readonly loopResult: () => unknown;
}

/** What a task sees of its run, in a process far from it. */
export class TaskToken implements RunToken {
  readonly context: TaskContext;
  readonly now = Date.now;
  readonly inOwnTurn = undefined;
  readonly importFolder = process.cwd();
  readonly #controller = new AbortController();
  readonly #shelf: BlobShelf;
  #lastProgress = 0;
  #waiting: NodeJS.Timeout | undefined;

  constructor(
    { context, folder, task }: TaskJob,
    { parameters, loopResult }: LateValues,
    private readonly say: (note: FromTask) => void,
  ) {
    this.#shelf = new BlobShelf({ folder: async () => folder, madeBy: async () => task });
    const { signal } = this.#controller;
    this.context = {
      resumeValue: undefined,
      ...context,
      scheduledStartTime: new Date(context.scheduledStartTime),
      get parameters() {
        return parameters();
      },
      get loopResult() {
        return loopResult();
      },
      signal,
      log: (text) => say({ log: String(text) }),
      progress: (fraction, message) => this.#progress(Math.min(1, Math.max(0, fraction)), message ?? null),
    };
  }

  /** The task is to end: by its signal, if it listens. */
  stop({ name, message }: StopReason): void {
    this.#controller.abort(new DOMException(message, name));
  }

  onStop(): () => void {
    return () => {}; // the worker keeps time, and ends this process when the task does not end
  }
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }
  after(delayMs: number, body: () => void): () => void {
    const timer = setTimeout(body, delayMs);
    return () => clearTimeout(timer);
  }
  readonly keepStream: RunToken["keepStream"] = (stream) => this.#shelf.keepStream(stream, this.context.signal);
  readonly streamFolder = (): Promise<string> => this.#shelf.folder();

  /** The task has ended: what was held back is said by nobody any more. */
  close(): void {
    clearTimeout(this.#waiting);
  }

  /** At most some a second; the last one always. */
  #progress(fraction: number, message: string | null): void {
    clearTimeout(this.#waiting);
    const tell = (): void => {
      this.#lastProgress = Date.now();
      this.say({ fraction, message });
    };
    const restMs = this.#lastProgress + PROGRESS_EVERY_MS - Date.now();
    if (restMs <= 0 || fraction === 1) tell();
    else this.#waiting = setTimeout(tell, restMs);
  }
}
