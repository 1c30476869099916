import { parentPort, workerData } from "node:worker_threads";
import { serve } from "../../src/links/calls.js";
import { threadPort } from "../../src/links/port.js";
import type { SerializerJson } from "../../src/result/result-serializer.js";
import { connectStore } from "../../src/store/store-client.js";
import type { PreviewCalls, PreviewSetup } from "../links/preview-calls.js";
import { previewResult } from "./preview-result.js";

const { storePort } = workerData as PreviewSetup;
const store = connectStore(threadPort(storePort));
serve<PreviewCalls>(threadPort(parentPort!), {
  preview: ({ resultId, serializer }) => previewResult(store, resultId, serializer as SerializerJson),
});
