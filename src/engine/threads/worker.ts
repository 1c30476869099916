import { reviveError, toErrorRecord } from "../../links/error-record.js";
import { isByteStream } from "../../result/stored-bytes.js";
import { BlobShelf } from "../../store/blob-shelf.js";
import { insideTask, type TaskContext } from "../../task/context.js";
import { Signal } from "../../task/signals.js";
import { pack, unpack } from "./crossing.js";
import { loadShipped, placeOf } from "./load-shipped.js";
import { filesLoaded } from "./thread-files.js";
import type { Crossing, ThreadAnswer, ThreadJob, ThreadNote } from "./thread-messages.js";
import { threadSignal } from "./thread-signal.js";

/**
 * Calls a shipped task in this thread. Never rejects: what was thrown is an answer. The port is closed by the other
 * end; where it closes before the answer, this thread has died.
 */
export default async function runJob(job: ThreadJob): Promise<ThreadAnswer> {
  try {
    const values = unpack(job.code.values) as unknown[];
    const fn = await loadShipped(job.code, { place: placeOf(job.folder, job.taskName), values });
    const inputs = unpack(job.inputs) as unknown[];
    const value = await insideTask(contextOf(job), async () => keptStream(await fn(...inputs), job));
    return { value: packResult(value, job.taskName), loaded: filesLoaded() };
  } catch (thrown) {
    return { ...answerOf(thrown, job.taskName), loaded: filesLoaded() };
  }
}

/** A stream cannot cross: its content is kept here. */
async function keptStream(value: unknown, { streamFolder, taskName }: ThreadJob): Promise<unknown> {
  if (!isByteStream(value)) return value;
  const shelf = new BlobShelf({ folder: async () => streamFolder, madeBy: async () => taskName });
  return await shelf.keepStream(value);
}

function contextOf({ context, parameters, loopResult, port }: ThreadJob): TaskContext {
  const say = (note: ThreadNote) => port.postMessage(note);
  let signal: AbortSignal | undefined;
  return {
    ...context,
    get parameters() {
      return unpack(parameters) as TaskContext["parameters"];
    },
    get loopResult() {
      return unpack(loopResult);
    },
    get signal() {
      if (!signal) {
        signal = threadSignal(port);
        say({ listens: true });
      }
      return signal;
    },
    log: (text) => say({ log: String(text) }),
    progress: (fraction, message) => say({ fraction, message }),
  };
}

function packResult(value: unknown, taskName: string): Crossing {
  try {
    return pack(value);
  } catch (cause) {
    throw new TypeError(
      `Cannot give the result of task "${taskName}" back from its thread: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function answerOf(thrown: unknown, taskName: string) {
  try {
    if (!(thrown instanceof Signal)) return { thrown: packThrown(thrown) };
    const { kind, message, delayMs } = thrown;
    return { signal: { kind, message, delayMs }, value: packResult(thrown.value, taskName) };
  } catch (unfit) {
    return { thrown: packThrown(unfit) };
  }
}

/** The error as it is; where it holds what cannot cross, its name, message, stack and causes. */
function packThrown(thrown: unknown): Crossing {
  try {
    return pack(thrown);
  } catch {
    return pack(reviveError(toErrorRecord(thrown)));
  }
}
