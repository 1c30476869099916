import { type ChildProcess, fork } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Caller, connect } from "../links/calls.js";
import { channel, processPort } from "../links/port.js";
import type { Store } from "./store.js";
import { type HostCalls, STORE_ERRORS } from "./store-calls.js";
import { StoreClient } from "./store-client.js";
import { defaultStorePath } from "./store-path.js";

const HOST_PROGRAM = fileURLToPath(new URL("./host.js", import.meta.url));

/**
 * Opens a store in a process of its own that runs no user code, so that nothing a script does to the
 * file can drop its locks. That process ends with the caller's, or by `close`; an open store alone does not
 * keep the caller alive, an unanswered call does.
 * @param path @default defaultStorePath of the working folder
 */
export async function openStore(path = defaultStorePath(process.cwd())): Promise<Store> {
  const child = fork(HOST_PROGRAM, [], {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: [], // a loader, a debugger's port or a preloaded module is the caller's own
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const started = new Promise<never>((_, reject) => {
    child.once("error", (cause) => reject(new Error("Cannot open store: its process does not start", { cause })));
  });
  const host = connect<HostCalls>(channel(processPort(child), "host"), STORE_ERRORS);
  try {
    await Promise.race([started, host("open", { path: resolve(path) })]);
  } catch (error) {
    if (child.connected) child.disconnect();
    throw error;
  }
  child.unref();
  child.channel?.unref();
  return new HostedStore(child, host);
}

/** Opens a store in this process, for one that runs no user code: the kernel's, a store's own, a test's. */
export async function openStoreHere(path: string): Promise<Store> {
  // Imported late: whoever only calls openStore never loads the SQLite addon.
  const { SqliteStore } = await import("./sqlite-store.js");
  return await SqliteStore.open(path);
}

/** The client of a store process that is this one's own child. */
class HostedStore extends StoreClient {
  readonly #child: ChildProcess;
  readonly #host: Caller<HostCalls>;
  #closing: Promise<void> | undefined;

  constructor(child: ChildProcess, host: Caller<HostCalls>) {
    super(channel(processPort(child), "store"), {
      ref: () => child.channel?.ref(),
      unref: () => child.channel?.unref(),
    });
    this.#child = child;
    this.#host = host;
  }

  override close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    const child = this.#child;
    child.ref();
    const exited = new Promise((resolve) => child.once("exit", resolve));
    if (child.exitCode !== null || child.signalCode !== null) return;
    await super.close();
    child.channel?.ref();
    await this.#host("close", null);
    child.disconnect();
    await exited;
  }
}
