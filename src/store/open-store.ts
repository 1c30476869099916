import { resolve } from "node:path";
import { checkAsked } from "./check-asks.js";
import type { OpenDriver } from "./driver.js";
import type { SqliteStoreOptions } from "./sqlite-store.js";
import type { Store } from "./store.js";
import { clientStore } from "./store-client.js";
import { StoreHost } from "./store-host.js";
import { type Answered, type Asked, askStore, type StoreMethod, storeOf } from "./store-methods.js";
import { defaultStorePath } from "./store-path.js";

/**
 * Opens a store in a process of its own that runs no user code, so that nothing a script does to the
 * file can drop its locks. That process ends with the caller's, or by `close`; an open store alone does not
 * keep the caller alive, an unanswered call does. When it is ended by force, another takes its place and is asked
 * again what was not answered.
 * @param path @default defaultStorePath of the working folder
 */
export async function openStore(path = defaultStorePath(process.cwd())): Promise<Store> {
  if (typeof path !== "string" || path === "")
    throw new TypeError(`Cannot open store: its path must be text, not ${path === "" ? "an empty one" : typeof path}`);
  return hostedStore(await StoreHost.start(resolve(path)));
}

/**
 * Opens a store to look at what it has, also where the disk is so full that SQLite has no room for the files beside the
 * database: nobody else can use the store then until this one is closed.
 */
export async function openStoreToRead(path: string): Promise<Store> {
  try {
    return await openStore(path);
  } catch (error) {
    if (!/the disk is full/.test((error as Error).message)) throw error;
    const { openSqlite3 } = await import("./sqlite3-driver.js");
    const openAlone: OpenDriver = async (file) => {
      const driver = await openSqlite3(file);
      await driver.exec("PRAGMA locking_mode = EXCLUSIVE"); // the index of the log is kept in memory then
      return driver;
    };
    return await openStoreHere(resolve(path), { openDriver: openAlone });
  }
}

/** Opens a store in this process, for one that runs no user code: the kernel's, a store's own, a test's. */
export async function openStoreHere(path: string, options: SqliteStoreOptions = {}): Promise<Store> {
  // Imported late: whoever only calls openStore never loads the SQLite addon.
  const { SqliteStore } = await import("./sqlite-store.js");
  const store = await SqliteStore.open(path, options);
  return storeOf(
    async <M extends StoreMethod>(method: M, asked: Asked<M>): Promise<Answered<M>> => {
      checkAsked(method, asked);
      return await askStore(store, method, asked);
    },
    () => store.close(),
  );
}

/** The client of a store process that is this one's own child. */
function hostedStore(host: StoreHost): Store {
  const client = clientStore(host.call);
  let closing: Promise<void> | undefined;
  return {
    ...client,
    async begin(ask) {
      const begun = await client.begin(ask);
      host.hold(begun.hold);
      return begun;
    },
    async append(hold, transitions, change) {
      await client.append(hold, transitions, change);
      if (change && change.run.endedAt !== null) host.letGo(hold);
    },
    close() {
      closing ??= client.close().then(() => host.close());
      return closing;
    },
  };
}
