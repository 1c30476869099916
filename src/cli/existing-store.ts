import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { openStoreToRead } from "../store/open-store.js";
import type { Store } from "../store/store.js";
import { defaultStorePath } from "../store/store-path.js";

/** Adds the flag that names a store. */
export const withStoreFlag = (command: Command): Command =>
  command.option("--store <file>", "the store (default: CELLAR_STORE or .cellar/store.db)");

/** Opens a store to look at, and closes it. @throws {Error} when there is none: looking makes no store. */
export async function withStore<T>(path: string | undefined, look: (store: Store) => Promise<T>): Promise<T> {
  const file = path === undefined ? defaultStorePath(process.cwd()) : resolve(path);
  if (!existsSync(file))
    throw new Error(
      `Cannot open the store ${JSON.stringify(file)}: there is none; go to the notebook's folder or name it by --store`,
    );
  const store = await openStoreToRead(file);
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}
