import { MessageChannel, Worker } from "node:worker_threads";
import type { Json } from "../../src/contracts/json.js";
import type { DownloadFormat, DownloadStart, ResultPreview } from "../../src/contracts/run-comm.js";
import { type Caller, connect } from "../../src/links/calls.js";
import { type Port, threadPort } from "../../src/links/port.js";
import type { PreviewAsk, PreviewCalls, PreviewSetup } from "../links/preview-calls.js";
import type { SessionCalls } from "../links/session-calls.js";

const MAIN = new URL("../preview/main.js", import.meta.url);
/** The thread ends when nobody opened a result for so long. */
const IDLE_MS = 30_000;
/** Serializers that need nothing but the stored text: no file of the person's, no network, no code of a cell. */
const SELF_CONTAINED: readonly Json[] = ["value", "json", "JSONResultHandler", "PrefectResult"];

/**
 * Reads stored results for a person, in a thread of its own, so that it works while a cell is busy and a large
 * result holds nothing up. What needs the person's folder or code is read in the session instead.
 */
export class ResultPreviews {
  private worker: Worker | undefined;
  private call: Caller<PreviewCalls> | undefined;
  private open = 0;
  private idle: NodeJS.Timeout | undefined;

  /** @param serveStore Answers the thread's questions to the store. */
  constructor(
    private readonly serveStore: (port: Port) => void,
    private readonly session: Caller<SessionCalls>,
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
    try {
      return await ask(this.call ?? this.start());
    } finally {
      this.open -= 1;
      if (this.open === 0) this.idle = setTimeout(() => void this.stop(), IDLE_MS).unref();
    }
  }

  async stop(): Promise<void> {
    clearTimeout(this.idle);
    await this.worker?.terminate();
  }

  private start(): Caller<PreviewCalls> {
    const { port1: here, port2: there } = new MessageChannel();
    const setup: PreviewSetup = { storePort: there };
    const worker = new Worker(MAIN, { workerData: setup, transferList: [there] });
    worker.once("error", (error) => {
      process.stderr.write(`The thread that reads results crashed: ${error.stack ?? error.message}\n`);
    });
    const call = connect<PreviewCalls>(threadPort(worker));
    worker.once("exit", () => {
      here.close();
      if (this.call === call) this.call = undefined;
    });
    this.serveStore(threadPort(here));
    this.worker = worker;
    this.call = call;
    return call;
  }
}

/** A compressed one by what it compresses. */
function isSelfContained({ type, inner }: { readonly [key: string]: Json }): boolean {
  if (type !== "compressed") return SELF_CONTAINED.includes(type!);
  return typeof inner === "object" && inner !== null && !Array.isArray(inner) && isSelfContained(inner);
}
