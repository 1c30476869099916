import { resolve } from "node:path";
import type { FlowRunSummary, GraphNode } from "../contracts/records.js";
import type { Owner, RunChange, Store, Transition } from "./store.js";
import { StoreClient } from "./store-client.js";
import { StoreHost } from "./store-host.js";
import { defaultStorePath } from "./store-path.js";

/**
 * Opens a store in a process of its own that runs no user code, so that nothing a script does to the
 * file can drop its locks. That process ends with the caller's, or by `close`; an open store alone does not
 * keep the caller alive, an unanswered call does. When it is ended by force, another takes its place and is asked
 * again what was not answered.
 * @param path @default defaultStorePath of the working folder
 */
export async function openStore(path = defaultStorePath(process.cwd())): Promise<Store> {
  return new HostedStore(await StoreHost.start(resolve(path)));
}

/** Opens a store in this process, for one that runs no user code: the kernel's, a store's own, a test's. */
export async function openStoreHere(path: string): Promise<Store> {
  // Imported late: whoever only calls openStore never loads the SQLite addon.
  const { SqliteStore } = await import("./sqlite-store.js");
  return await SqliteStore.open(path);
}

/** The client of a store process that is this one's own child. */
class HostedStore extends StoreClient {
  readonly #host: StoreHost;
  #closing: Promise<void> | undefined;

  constructor(host: StoreHost) {
    super(host.call);
    this.#host = host;
  }

  override async beginRun(run: FlowRunSummary, graph: readonly GraphNode[], owner: Owner): Promise<void> {
    await super.beginRun(run, graph, owner);
    this.#host.hold({ run, graph, owner });
  }

  override async append(transitions: readonly Transition[], change?: RunChange): Promise<void> {
    await super.append(transitions, change);
    if (change && change.run.endedAt !== null) this.#host.letGo(change.run.id);
  }

  override close(): Promise<void> {
    this.#closing ??= super.close().then(() => this.#host.close());
    return this.#closing;
  }
}
