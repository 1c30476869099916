import { stat } from "node:fs/promises";
import type { Port } from "../../src/links/port.js";
import { serveStore } from "../../src/store/serve-store.js";
import type { Store } from "../../src/store/store.js";
import { askStore, storeOf } from "../../src/store/store-methods.js";
import type { StoreListener } from "../../src/store/watch-store.js";

/** How often the file of the store is looked for while somebody follows it. */
const LOOK_MS = 500;

/**
 * The store of the notebook's folder, owned by this process, which runs no user code. Opened when first
 * needed; a failure to open it is told to whoever asked, and the next one tries again.
 */
export class KernelStore {
  private opened: Promise<Store> | undefined;
  private readonly listeners = new Set<StoreListener>();
  private readonly doubters = new Set<(reason: string) => void>();
  private watch: NodeJS.Timeout | undefined;
  private inode: number | undefined;
  /** Why the file that was opened is no longer the store; undefined while it is. */
  private lost: string | undefined;

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

  /**
   * Calls back with a reason when what was read may no longer be true although nothing was written: the process that
   * runs flows ended, or the file of the store is gone. Returns the way to stop.
   */
  onDoubt(listener: (reason: string) => void): () => void {
    this.doubters.add(listener);
    this.watch ??= setInterval(() => void this.lookForFile(), LOOK_MS).unref();
    return () => {
      this.doubters.delete(listener);
      if (this.doubters.size > 0) return;
      clearInterval(this.watch);
      this.watch = undefined;
    };
  }

  /** Has everybody who follows the store read it again. */
  doubt(reason: string): void {
    for (const listener of this.doubters) listener(reason);
  }

  /** The store for a view. @throws {Error} in words when it cannot be opened, or its file was deleted since. */
  openChecked(): Promise<Store> {
    if (this.lost !== undefined) return Promise.reject(new Error(this.lost));
    return this.open();
  }

  /** Answers the session's questions to the store. */
  serve(port: Port): void {
    serveStore(
      port,
      storeOf(
        (method, asked) => this.open().then((store) => askStore(store, method, asked)),
        () => this.close(),
      ),
    );
  }

  async close(): Promise<void> {
    clearInterval(this.watch);
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
    const store = await openStoreHere(this.path, { onLoss: (text) => void this.foundAnew(text) });
    this.inode = (await this.fileInode()) ?? this.inode;
    return watchStore(store, (...change) => {
      for (const listener of this.listeners) listener(...change);
    });
  }

  /** A file that was deleted under an open store takes writes that nobody will ever read. */
  private async lookForFile(): Promise<void> {
    if (this.inode === undefined) return;
    const found = await this.fileInode();
    const lost =
      found === this.inode
        ? undefined
        : `The store "${this.path}" was ${found === undefined ? "deleted" : "replaced"} while it was in use; the next run begins with ${found === undefined ? "a new one" : "what is there now"}`;
    if (lost === this.lost) return;
    this.lost = lost;
    if (lost !== undefined) this.doubt(lost);
  }

  /** The store opened what has its name now. */
  private async foundAnew(text: string): Promise<void> {
    this.inode = (await this.fileInode()) ?? this.inode;
    this.lost = undefined;
    this.doubt(text);
  }

  private async fileInode(): Promise<number | undefined> {
    try {
      return (await stat(this.path)).ino;
    } catch {
      return undefined; // missing, or in a folder that is: there is no file to follow
    }
  }
}
