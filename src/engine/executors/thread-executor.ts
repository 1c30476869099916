import { availableParallelism } from "node:os";
import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Executor, RunToken, TaskRef } from "../../flow/executor.js";
import { toErrorRecord } from "../../links/error-record.js";
import { SerializeError } from "../../result/serialize-error.js";
import type { State } from "../../state/states.js";
import type { TaskContext } from "../../task/context.js";
import { checkOptions } from "../../task/known-options.js";
import { Signal } from "../../task/signals.js";
import { callFunction } from "../task/call-function.js";
import { pack, packOrProblem, unpack } from "../threads/crossing.js";
import { shipFunction } from "../threads/ship-function.js";
import type { ShippedCode, ThreadAnswer, ThreadNote, ThreadOrder } from "../threads/thread-messages.js";
import { ThreadPool } from "../threads/thread-pool.js";

/** What makes a ThreadExecutor. */
export interface ThreadOptions {
  /** Threads at most, and so tasks under way at once. @default one for each processor */
  readonly workers?: number;
}

/**
 * Calls tasks in threads, so that heavy computing leaves the event loop free. A task's source goes there with what it
 * refers to: functions by their source, constants by value as they are when the attempt begins, imports by name. A
 * stop or a time-out aborts `context().signal` there, also where the task computes and only reads `signal.aborted`; a
 * task that has asked for it has a second to end by itself. One that never asked is ended at once with its thread, as
 * by `cancel`: nothing of it goes on, `finally` included.
 */
export class ThreadExecutor implements Executor {
  readonly concurrency: number;
  readonly #attempts = new Map<string, AbortController>();
  #pool: Promise<ThreadPool> | undefined;
  #isClosed = false;

  constructor(options: ThreadOptions = {}) {
    checkOptions("make a ThreadExecutor", options, ["workers"]);
    const { workers = availableParallelism() } = options;
    if (!(Number.isInteger(workers) && workers >= 1))
      throw new TypeError(`Cannot make a ThreadExecutor: workers is ${workers}, not a whole number from 1`);
    this.concurrency = workers;
  }

  async submit(ref: TaskRef, inputs: readonly unknown[], token: RunToken): Promise<State> {
    const { name, settings } = ref.task;
    const fn = (...given: never[]) => this.#callInThread(ref, given, token);
    return callFunction({ ...ref, task: { name, settings, fn } }, inputs, token);
  }

  cancel(taskRunId: string): void {
    this.#attempts.get(taskRunId)?.abort();
  }

  /** Ends the threads. Attempts under way fail; later ones are refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const pool = this.#pool;
    this.#pool = undefined;
    await (await pool)?.close();
  }

  async #callInThread(
    { taskRunId, task }: TaskRef,
    inputs: readonly unknown[],
    { context, streamFolder, importFolder }: RunToken,
  ): Promise<unknown> {
    const { port1, port2 } = new MessageChannel();
    const attempt = new AbortController();
    const told = new Told(port1, context);
    this.#attempts.set(taskRunId, attempt);
    try {
      const job = {
        taskName: task.name,
        folder: importFolder,
        code: codeOf(task),
        inputs: packInputs(task.name, inputs),
        streamFolder: await streamFolder(),
        ...contextParts(context),
        port: port2,
      };
      const pool = await this.#poolNow(task.name);
      context.signal.addEventListener("abort", () => told.stop(context.signal.reason, attempt), { once: true });
      if (context.signal.aborted) attempt.abort();
      const run = pool.run(job, attempt.signal);
      const answer = await Promise.race([run, deathOf(port1, task.name, attempt)]);
      return outcomeOf(answer);
    } finally {
      told.drain();
      port1.close();
      if (this.#attempts.get(taskRunId) === attempt) this.#attempts.delete(taskRunId);
    }
  }

  async #poolNow(taskName: string): Promise<ThreadPool> {
    if (this.#isClosed) throw new Error(`Cannot run task "${taskName}" in a thread: the executor is closed`);
    const pool = await this.#pool;
    if (pool?.isStale && this.#pool) {
      this.#pool = undefined;
      void pool.retire();
    }
    this.#pool ??= ThreadPool.open(this.concurrency);
    return this.#pool;
  }
}

function codeOf(task: TaskRef["task"]): ShippedCode {
  const { text, units, constants, refused } = shipFunction(task, { where: "in a thread", executor: "ThreadExecutor" });
  try {
    return { text, units, values: pack(constants) }; // one crossing for all: objects that two share stay shared
  } catch (cause) {
    throw cause instanceof SerializeError ? refused(cause) : cause;
  }
}

function packInputs(taskName: string, inputs: readonly unknown[]) {
  try {
    return pack(inputs);
  } catch (cause) {
    const { path = "", kind = "" } = cause as { path?: string; kind?: string };
    throw new TypeError(
      `Cannot run task "${taskName}" in a thread: ${path.replace(/^result/, "inputs")} cannot go along: ${kind}`,
      { cause },
    );
  }
}

/** What a task may ask its context for. Parameters may hold what cannot cross: most tasks never ask. */
function contextParts({ parameters, loopResult, ...given }: TaskContext) {
  const { taskName, taskRunCount, mapIndex, flowName, flowRunId, scheduledStartTime, loopCount, resumed, resumeValue } =
    given;
  return {
    context: {
      taskName,
      taskRunCount,
      mapIndex,
      flowName,
      flowRunId,
      scheduledStartTime,
      loopCount,
      resumed,
      resumeValue,
    },
    parameters: packOrProblem(parameters, "context().parameters"),
    loopResult: packOrProblem(loopResult, "context().loopResult"),
  };
}

function outcomeOf(answer: ThreadAnswer): unknown {
  if ("thrown" in answer) throw unpack(answer.thrown);
  if (!("signal" in answer)) return unpack(answer.value);
  const { kind, message, delayMs } = answer.signal;
  throw new Signal(kind as Signal["kind"], message, unpack(answer.value), delayMs);
}

/** How long a task that has asked for its signal may take to end by itself. */
const GRACE_MS = 1000;

/** The conversation with a task in its thread. */
class Told {
  #listens = false;

  constructor(
    private readonly port: MessagePort,
    private readonly context: TaskContext,
  ) {
    port.on("message", (note: ThreadNote) => this.#hear(note));
  }

  /** Tells a task that listens to stop, and ends it where it does not; any other is ended at once. */
  stop(reason: unknown, attempt: AbortController): void {
    this.drain();
    if (!this.#listens) {
      attempt.abort();
      return;
    }
    const { name, message } = toErrorRecord(reason);
    this.port.postMessage({ name, message } satisfies ThreadOrder);
    const timer = setTimeout(() => attempt.abort(), GRACE_MS);
    this.port.once("close", () => clearTimeout(timer));
  }

  /** What was said before the end may still be on its way: the answer comes by another port. */
  drain(): void {
    for (let next = receiveMessageOnPort(this.port); next; next = receiveMessageOnPort(this.port))
      this.#hear(next.message as ThreadNote);
  }

  #hear(note: ThreadNote): void {
    if ("listens" in note) this.#listens = true;
    else if ("log" in note) this.context.log(note.log);
    else this.context.progress(note.fraction, note.message);
  }
}

/** Rejects when the thread died: it held the port's other end. The attempt's abort frees its place in the pool. */
function deathOf(port: MessagePort, taskName: string, attempt: AbortController): Promise<never> {
  return new Promise((_, reject) => {
    port.once("close", () => {
      const end = () => {
        reject(
          new Error(
            `Cannot finish task "${taskName}": its thread ended, as after process.exit() or for want of memory`,
          ),
        );
        attempt.abort();
      };
      // An error that ended the thread was sent before, by another way: it is here by the next turn, and says more.
      setImmediate(() => setImmediate(end));
    });
  });
}
