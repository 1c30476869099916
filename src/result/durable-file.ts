import { constants, mkdir, open, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** What makes a file or folder its owner's alone. */
export const PRIVATE_FILE = 0o600;
export const PRIVATE_FOLDER = 0o700;

/** Folders whose entries, and those of all folders above them, this process has put on disk, by path: their inodes. */
const settled = new Map<string, number>();

/**
 * Makes a folder and those above it. When it resolves, their names are on disk, also of those that were there: whoever
 * made them may not have synced them.
 */
export async function makeFolder(folder: string, mode?: number): Promise<void> {
  await mkdir(folder, { recursive: true, mode });
  const found = new Map<string, number>();
  for (let each = resolve(folder); ; each = dirname(each)) {
    const { ino } = await stat(each);
    if (settled.get(each) === ino || dirname(each) === each) break;
    await syncFolder(dirname(each));
    found.set(each, ino);
  }
  for (const [each, ino] of found) settled.set(each, ino);
}

/** A folder that is not ours to read, and file systems that sync none. */
const UNSYNCED = ["EACCES", "EPERM", "EINVAL", "ENOTSUP"];

/** Puts the names in a folder on disk: a file that was made there is lost by a power cut until then. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return; // a folder cannot be opened there
  try {
    await syncPath(folder);
  } catch (error) {
    if (!UNSYNCED.includes(String((error as NodeJS.ErrnoException).code))) throw error;
  }
}

/** Puts a file's content on disk. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
