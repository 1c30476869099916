import type { MessagePort } from "node:worker_threads";
import type { DownloadFormat, DownloadStart, ResultPreview } from "../../src/contracts/run-comm.js";
import type { JsonObject } from "../protocol/messages.js";

/** What reading a stored result for a person takes. */
export interface PreviewAsk {
  readonly resultId: string;
  /** Type and config of the serializer that wrote it. */
  readonly serializer: JsonObject;
  /** Of a table: the first row wanted. @default 0 */
  readonly from?: number;
}

/** What the kernel process asks the thread that reads results. */
export type PreviewCalls = {
  preview: { ask: PreviewAsk; answer: ResultPreview };
  download: { ask: PreviewAsk & { readonly format: DownloadFormat }; answer: DownloadStart };
  downloadNext: { ask: { readonly download: number }; answer: { readonly piece: Uint8Array | null } };
};

/** The thread's `workerData`. */
export interface PreviewSetup {
  /** Behind it the store answers (`serveStore`). */
  readonly storePort: MessagePort;
}
