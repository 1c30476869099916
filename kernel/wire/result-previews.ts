import { MessageChannel, Worker } from "node:worker_threads";
import type { Json } from "../../src/contracts/json.js";
import type { DownloadFormat, DownloadStart, ResultPreview } from "../../src/contracts/run-comm.js";
import { type Caller, connect, GoneError } from "../../src/links/calls.js";
import { type Port, threadPort } from "../../src/links/port.js";
import type { PreviewAsk, PreviewCalls, PreviewSetup } from "../links/preview-calls.js";
import type { SessionCalls } from "../links/session-calls.js";

const MAIN = new URL("../preview/main.js", import.meta.url);
/** The thread ends when nobody opened a result for so long. */
const IDLE_MS = 30_000;
/** What reading one result may take: a result may be anybody's, and as large as it likes. */
export interface PreviewLimits {
  readonly memoryMb: number;
  readonly timeMs: number;
}
const LIMITS: PreviewLimits = { memoryMb: 1024, timeMs: 30_000 };

/** Serializers that need nothing but the stored text: no file of the person's, no network, no code of a cell. */
const SELF_CONTAINED: readonly Json[] = ["value", "json", "JSONResultHandler", "PrefectResult"];

/**
 * Reads stored results for a person, in a thread of its own, so that it works while a cell is busy and a large
 * result holds nothing up. What needs the person's folder or code is read in the session instead.
 */
export class ResultPreviews {
  private thread: PreviewThread | undefined;
  private open = 0;
  private idle: NodeJS.Timeout | undefined;

  /** @param serveStore Answers the thread's questions to the store. */
  constructor(
    private readonly serveStore: (port: Port) => void,
    private readonly session: Caller<SessionCalls>,
    private readonly limits = LIMITS,
  ) {}

  /** @throws {Error} as the reading did: a damaged result, a serializer that is not known. */
  readonly read = async (ask: PreviewAsk): Promise<ResultPreview> =>
    isSelfContained(ask.serializer) ? this.inThread((call) => call("preview", ask)) : this.session("readResult", ask);

  /** Begins to download a result. @throws {TypeError} when it has no such form, or only its session can read it. */
  readonly download = async (ask: PreviewAsk & { readonly format: DownloadFormat }): Promise<DownloadStart> => {
    if (ask.format !== "raw" && !isSelfContained(ask.serializer))
      throw new TypeError(
        `Cannot write the result as ${ask.format.toUpperCase()}: only the notebook's own serializer reads it; download it raw`,
      );
    return this.inThread((call) => call("download", ask));
  };

  /** The next piece of a download; null when it is complete. */
  readonly downloadNext = async (download: number): Promise<Uint8Array | null> =>
    (await this.inThread((call) => call("downloadNext", { download }))).piece;

  private async inThread<T>(ask: (call: Caller<PreviewCalls>) => Promise<T>): Promise<T> {
    clearTimeout(this.idle);
    this.open += 1;
    this.thread ??= this.start();
    const { call, ended, end } = this.thread;
    const { timeMs } = this.limits;
    const overdue = setTimeout(() => end(`takes longer than ${timeMs / 1000} s`), timeMs);
    try {
      return await Promise.race([ask(call), ended]);
    } finally {
      clearTimeout(overdue);
      this.open -= 1;
      if (this.open === 0) this.idle = setTimeout(() => void this.stop(), IDLE_MS).unref();
    }
  }

  async stop(): Promise<void> {
    clearTimeout(this.idle);
    await this.thread?.worker.terminate();
  }

  private start(): PreviewThread {
    const { port1: here, port2: there } = new MessageChannel();
    const setup: PreviewSetup = { storePort: there };
    const resourceLimits = { maxOldGenerationSizeMb: this.limits.memoryMb };
    const worker = new Worker(MAIN, { workerData: setup, transferList: [there], resourceLimits });
    let refuse = (_reason: string): void => {};
    const ended = new Promise<never>((_, reject) => {
      refuse = (reason) =>
        reject(new Error(`Cannot show the result: reading it ${reason}; read a part of it in a cell`));
    });
    ended.catch(() => {}); // nobody may be asking
    const forget = (reason: string): void => {
      refuse(reason);
      if (this.thread?.worker === worker) this.thread = undefined;
    };
    worker.once("error", (error: NodeJS.ErrnoException) => {
      const isLarge = error.code === "ERR_WORKER_OUT_OF_MEMORY";
      forget(isLarge ? `takes more than ${this.limits.memoryMb} MB of memory` : "failed");
      if (!isLarge) process.stderr.write(`The thread that reads results crashed: ${error.stack ?? error.message}\n`);
    });
    worker.once("exit", () => {
      here.close();
      forget("was given up");
    });
    this.serveStore(threadPort(here));
    const end = (reason: string): void => {
      forget(reason);
      void worker.terminate(); // what is in the middle of a native call ends only after it
    };
    return { worker, call: withoutGone(connect<PreviewCalls>(threadPort(worker))), ended, end };
  }
}

/** A thread that reads results. */
interface PreviewThread {
  readonly worker: Worker;
  readonly call: Caller<PreviewCalls>;
  /** Rejects with the reason once the thread is over. */
  readonly ended: Promise<never>;
  readonly end: (reason: string) => void;
}

/** A call that is left open by a thread's end is refused by `ended`, which knows the reason. */
const withoutGone =
  (call: Caller<PreviewCalls>): Caller<PreviewCalls> =>
  async (name, ask) => {
    try {
      return await call(name, ask);
    } catch (error) {
      if (error instanceof GoneError) return await new Promise<never>(() => {});
      throw error;
    }
  };

/** A compressed one by what it compresses. */
function isSelfContained({ type, inner }: { readonly [key: string]: Json }): boolean {
  if (type !== "compressed") return SELF_CONTAINED.includes(type!);
  return typeof inner === "object" && inner !== null && !Array.isArray(inner) && isSelfContained(inner);
}
