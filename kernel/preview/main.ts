import { parentPort, workerData } from "node:worker_threads";
import { serve } from "../../src/links/calls.js";
import { threadPort } from "../../src/links/port.js";
import type { SerializerJson } from "../../src/result/result-serializer.js";
import { connectStore } from "../../src/store/store-client.js";
import type { PreviewCalls, PreviewSetup } from "../links/preview-calls.js";
import { Downloads } from "./downloads.js";
import { OpenedValues } from "./opened-value.js";
import { previewOpened } from "./preview-result.js";

const { storePort } = workerData as PreviewSetup;
const store = connectStore(threadPort(storePort));
const opened = new OpenedValues(store);
const downloads = new Downloads(store);
serve<PreviewCalls>(threadPort(parentPort!), {
  preview: async ({ resultId, serializer, from }) =>
    previewOpened(await opened.open(resultId, serializer as SerializerJson), from),
  download: ({ resultId, serializer, format }) => downloads.start(resultId, serializer as SerializerJson, format),
  downloadNext: async ({ download }) => ({ piece: await downloads.next(download) }),
});
