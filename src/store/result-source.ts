import type { ResultSource } from "../result/stored-result.js";
import { BlobShelf } from "./blob-shelf.js";
import type { Store } from "./store.js";

const folders = new WeakMap<Store, Promise<string>>();

/** The blob folder of a store, asked once. */
function folderOf(store: Store): Promise<string> {
  let folder = folders.get(store);
  if (!folder) {
    folder = store.blobFolder();
    folder.catch(() => folders.delete(store)); // the store may be had next time
    folders.set(store, folder);
  }
  return folder;
}

/** Where a task's large bytes go in a store. */
export const shelfOf = (store: Store, madeBy: string): BlobShelf =>
  new BlobShelf({ folder: () => folderOf(store), madeBy: async () => madeBy });

interface StoreSource extends ResultSource {
  shelf(id: string): BlobShelf;
}

/** How results that a store keeps are read. */
export const resultSource = (store: Store): StoreSource => ({
  read: (id) => store.readResult(id),
  shelf: (id) =>
    new BlobShelf({ folder: () => folderOf(store), madeBy: async () => (await store.madeBy(id)) ?? "unknown" }),
});
