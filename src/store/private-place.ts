import { chmod, lstat, open, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { PRIVATE_FILE, PRIVATE_FOLDER } from "../result/durable-file.js";

/** What SQLite keeps beside a database file. */
const COMPANIONS = ["", "-wal", "-shm", "-journal"];

/**
 * Makes the file where it is missing, and takes from everybody but its owner the right to read it and what belongs to
 * it: SQLite gives its other files the same mode. A folder that is there for the store alone is made private with all
 * in it; another is left as it is.
 * @param isOwnFolder whether nothing but the store is in the file's folder
 */
export async function makePrivate(path: string, isOwnFolder: boolean): Promise<void> {
  try {
    await (await open(path, "ax", PRIVATE_FILE)).close();
  } catch {
    // it is there, or may not be made: SQLite says that in its own words
  }
  if (process.platform === "win32") return;
  if (isOwnFolder) await narrowTree(dirname(path));
  for (const suffix of COMPANIONS) await narrow(path + suffix);
}

/** Whether a folder is there for a store alone: the one that Cellar makes in a notebook's folder. */
export const isStoreFolder = (folder: string): boolean => basename(folder) === ".cellar";

/** A folder that nobody else can enter hides what is in it: it is walked once, when it is narrowed. */
async function narrowTree(folder: string, isTop = true): Promise<void> {
  if (!(await narrow(folder)) && isTop) return;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    await (entry.isDirectory() ? narrowTree(path, false) : narrow(path));
  }
}

/** True where something was taken. What belongs to somebody else, or is no file or folder, stays as it is. */
async function narrow(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined); // gone meanwhile
  if (!found || !(found.isFile() || found.isDirectory()) || (found.mode & 0o077) === 0) return false;
  const mode = found.isDirectory() ? PRIVATE_FOLDER : PRIVATE_FILE;
  return await chmod(path, mode).then(
    () => true,
    () => false, // not this person's: sharing it was their choice
  );
}
