import type { Port } from "../../src/links/port.js";
import { serveStore } from "../../src/store/serve-store.js";
import type { Store } from "../../src/store/store.js";
import type { StoreListener } from "../../src/store/watch-store.js";

/**
 * The store of the notebook's folder, owned by this process, which runs no user code. Opened when first
 * needed; a failure to open it is told to whoever asked, and the next one tries again.
 */
export class KernelStore {
  private opened: Promise<Store> | undefined;
  private readonly listeners = new Set<StoreListener>();

  constructor(private readonly path: string) {}

  /** The store, whose writes tell the listeners. @throws {Error} when it cannot be opened. */
  open(): Promise<Store> {
    this.opened ??= this.begin();
    this.opened.catch(() => {
      this.opened = undefined;
    });
    return this.opened;
  }

  /** Calls back after each durable change. Returns the way to stop. */
  listen(listener: StoreListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Answers the session's questions to the store. */
  serve(port: Port): void {
    serveStore(
      port,
      openLate(() => this.open()),
    );
  }

  async close(): Promise<void> {
    if (!this.opened) return;
    await this.opened.then(
      (store) => store.close(),
      () => {}, // it never opened: told to those who asked
    );
  }

  private async begin(): Promise<Store> {
    const [{ openStoreHere }, { watchStore }] = await Promise.all([
      import("../../src/store/open-store.js"),
      import("../../src/store/watch-store.js"),
    ]);
    return watchStore(await openStoreHere(this.path), (...change) => {
      for (const listener of this.listeners) listener(...change);
    });
  }
}

const METHODS = [
  "lastRun",
  "rememberedRun",
  "beginRun",
  "setGraph",
  "append",
  "log",
  "tasksBefore",
  "cached",
  "readResult",
  "madeBy",
  "blobFolder",
  "flowRuns",
  "flowRun",
  "history",
  "logs",
  "gc",
  "close",
] as const satisfies readonly (keyof Store)[];
type Method = (...asked: unknown[]) => Promise<unknown>;

/** A store that is opened by the first thing asked of it. */
function openLate(open: () => Promise<Store>): Store {
  const late =
    (name: keyof Store): Method =>
    async (...asked) =>
      ((await open())[name] as Method)(...asked);
  return Object.fromEntries(METHODS.map((name) => [name, late(name)])) as unknown as Store;
}
