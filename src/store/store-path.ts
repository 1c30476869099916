import { basename, dirname, join, resolve } from "node:path";

/** The file of the store that belongs to `folder`: CELLAR_STORE (relative to `folder`), or `.cellar/store.db` there. */
export function defaultStorePath(folder: string, env: NodeJS.ProcessEnv = process.env): string {
  return resolve(folder, env.CELLAR_STORE || join(".cellar", "store.db"));
}

/** The folder that can be moved with its store: the one that holds `.cellar`. Places are relative to it. */
export function folderOfStore(storePath: string): string {
  const folder = dirname(storePath);
  return basename(folder) === ".cellar" ? dirname(folder) : folder;
}
