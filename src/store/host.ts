/**
 * Program of the store process: owns one store file, runs no user code, and ends when its parent
 * closes it or is gone, after the writes that had reached it.
 */
import { serve } from "../links/calls.js";
import { channel, processPort } from "../links/port.js";
import { openStoreHere } from "./open-store.js";
import { serveStore } from "./serve-store.js";
import type { Store } from "./store.js";
import type { HostCalls } from "./store-calls.js";

const port = processPort(process);
let store: Promise<Store> | undefined;

// A terminal sends these to the whole group; what the parent still wants to write must arrive.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

serve<HostCalls>(channel(port, "host"), {
  async open({ path }) {
    store = openStoreHere(path);
    serveStore(channel(port, "store"), await store);
    return null;
  },
  async close() {
    await (await store)?.close();
    return null;
  },
});

port.onClose(async () => {
  try {
    await (await store)?.close();
  } finally {
    process.exit();
  }
});
