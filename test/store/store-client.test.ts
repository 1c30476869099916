import { MessageChannel } from "node:worker_threads";
import { channel, threadPort } from "../../src/links/port.js";
import { openStore } from "../../src/store/open-store.js";
import { serveStore } from "../../src/store/serve-store.js";
import { SqliteStore } from "../../src/store/sqlite-store.js";
import type { Store } from "../../src/store/store.js";
import { connectStore } from "../../src/store/store-client.js";
import { beginTests } from "./begin-suite.js";
import { declaring } from "./declare-test.js";
import { freshPath } from "./scratch.js";
import { storeSuite } from "./store-suite.js";

/** A client of a store that is served behind a port, as behind the one to a store process. */
async function served(): Promise<Store> {
  const store = await SqliteStore.open(freshPath());
  const { port1, port2 } = new MessageChannel();
  serveStore(channel(threadPort(port1), "store"), store);
  const client = connectStore(channel(threadPort(port2), "store"));
  return {
    ...client,
    async close() {
      await client.close();
      await store.close();
      port1.close();
    },
  };
}

storeSuite("StoreClient", served);
// The way through a process, once for the method whose answer is packed; its life is tested in store-process.
const ofProcess = declaring("StoreClient of a store process", () => openStore(freshPath()));
beginTests((title, body) => {
  if (/begin\(\) (asked again|gives)/.test(title)) ofProcess.test(title, body);
});
ofProcess.run();
