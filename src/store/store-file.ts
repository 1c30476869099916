import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { BlobFolder } from "./blobs.js";
import { Commits } from "./commits.js";
import { Database } from "./database.js";
import type { OpenDriver } from "./driver.js";
import { FileIdentity } from "./file-identity.js";
import { spoolFolder } from "./spool.js";

/** A store's file as it was opened, and what lies beside it. */
export class StoreFile {
  private constructor(
    readonly database: Database,
    readonly blobs: BlobFolder,
    readonly commits: Commits,
    readonly identity: FileIdentity,
  ) {}

  /** @param path the file, made where it is missing; ":memory:" keeps all in memory. */
  static async open(path: string, openDriver: OpenDriver): Promise<StoreFile> {
    const database = await Database.open(path, openDriver);
    const blobs = new BlobFolder(blobFolderOf(path));
    return new StoreFile(database, blobs, new Commits(database, blobs), await FileIdentity.of(path));
  }

  async close(): Promise<void> {
    await this.database.close();
    if (this.database.isInMemory) await rm(this.blobs.folder, { recursive: true, force: true });
  }
}

/** `blobs` beside a `store.db`; a store of another name has a folder of its own, one in memory for its lifetime. */
function blobFolderOf(path: string): string {
  if (path === ":memory:") return join(spoolFolder(), randomUUID());
  return basename(path) === "store.db" ? join(dirname(path), "blobs") : `${path}-blobs`;
}

/** What a person is told of a store whose file was removed or replaced while this process used it. */
export function lossText(path: string, fate: "removed" | "replaced"): string {
  const what = `The store ${JSON.stringify(path)} was ${fate} while it was in use`;
  return fate === "removed"
    ? `${what}: what it held is gone. A new store begins there`
    : `${what}: runs are stored in the new file from now on`;
}
