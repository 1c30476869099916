import type { MessagePort } from "node:worker_threads";
import type { ResultPreview } from "../../src/contracts/run-comm.js";
import type { JsonObject } from "../protocol/messages.js";

/** What reading a stored result for a person takes. */
export interface PreviewAsk {
  readonly resultId: string;
  /** Type and config of the serializer that wrote it. */
  readonly serializer: JsonObject;
}

/** What the kernel process asks the thread that reads results. */
export type PreviewCalls = {
  preview: { ask: PreviewAsk; answer: ResultPreview };
};

/** The thread's `workerData`. */
export interface PreviewSetup {
  /** Behind it the store answers (`serveStore`). */
  readonly storePort: MessagePort;
}
