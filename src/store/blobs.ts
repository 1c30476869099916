import { hash, randomUUID } from "node:crypto";
import { open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { EpochMs } from "../contracts/json.js";
import { makeFolder, PRIVATE_FILE, PRIVATE_FOLDER, syncFolder, syncPath } from "../result/durable-file.js";
import type { BytesReference } from "../result/stored-bytes.js";
import { StagedFile } from "./staged-file.js";
import type { ResultId } from "./task-memory.js";
import { DamagedBytes, damaged, openRegular, readPieces, readWhole } from "./verified-file.js";

/** The id of a stored text. */
export const resultIdOf = (text: string | Buffer): ResultId => hash("sha256", text, "hex");

/**
 * Large values, each in a file named for its content: `ab/cdef…`. A file that has its name is complete. Several
 * processes may write to one folder.
 */
export class BlobFolder {
  readonly folder: string;
  readonly #writing = new Map<ResultId, Promise<void>>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Keeps what `fill` writes into a file, under its content; a file damaged before is replaced. */
  async keep(fill: (file: StagedFile) => Promise<void>): Promise<BytesReference> {
    const staged = await StagedFile.create(this.folder);
    try {
      await fill(staged);
      const reference = await staged.finish();
      await this.#place(staged.path, reference.sha256);
      return reference;
    } catch (error) {
      await staged.discard();
      throw error;
    }
  }

  /**
   * Whether bytes are here already, and on disk. From now on they count as just written: no collection takes them for
   * a while.
   */
  async take({ sha256, bytes }: BytesReference): Promise<boolean> {
    const path = this.#path(sha256);
    try {
      await utimes(path, new Date(), new Date());
      const found = await stat(path);
      if (!found.isFile() || found.size !== bytes) return false;
      await this.#settle(path);
      return true;
    } catch {
      return false; // unreadable is as good as missing
    }
  }

  /** Whether bytes are here and as they were. */
  async isWhole(reference: BytesReference): Promise<boolean> {
    try {
      for await (const _ of this.pieces(reference)); // reading checks them
      return true;
    } catch (error) {
      if (error instanceof DamagedBytes) return false;
      throw error;
    }
  }

  /** The content piece by piece, the last one only when all are right. @throws {DamagedBytes} */
  pieces(reference: BytesReference): AsyncGenerator<Uint8Array, void, undefined> {
    return readPieces(this.#path(reference.sha256), reference);
  }

  /** The content in memory. @throws {DamagedBytes} */
  whole(reference: BytesReference): Promise<ArrayBuffer> {
    return readWhole(this.#path(reference.sha256), reference);
  }

  /** Resolves when the text is on disk under its id. A file damaged since is replaced. */
  write(id: ResultId, text: string): Promise<void> {
    const begun = this.#writing.get(id);
    if (begun) return begun;
    const writing = this.#write(id, text).finally(() => this.#writing.delete(id));
    this.#writing.set(id, writing);
    return writing;
  }

  async has(id: ResultId): Promise<boolean> {
    return (await stat(this.#path(id)).catch(() => undefined)) !== undefined; // unreadable is as good as missing
  }

  /** The bytes, if they are still what the id says; undefined when missing or damaged. */
  async read(id: ResultId): Promise<Buffer | undefined> {
    try {
      const file = await openRegular(this.#path(id));
      try {
        const bytes = await file.readFile();
        return resultIdOf(bytes) === id ? bytes : undefined;
      } finally {
        await file.close();
      }
    } catch (thrown) {
      const error = damaged(thrown);
      if (error instanceof DamagedBytes) return undefined;
      throw new Error(`Cannot read result ${id}: ${(error as Error).message}`, { cause: error });
    }
  }

  async removeLeftovers(paths: readonly string[]): Promise<void> {
    for (const path of paths) await rm(path, { force: true });
  }

  async remove(id: ResultId): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  /** Removes a file, unless somebody wrote or took it after `moment`: it goes out of sight first, then it is looked at. */
  async removeOlder(id: ResultId, moment: EpochMs): Promise<void> {
    const path = this.#path(id);
    const doomed = `${path}.${randomUUID()}.tmp`;
    try {
      await rename(path, doomed);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      throw error;
    }
    if ((await stat(doomed)).mtimeMs < moment) await rm(doomed, { force: true });
    else await rename(doomed, path);
  }

  /** When a file was last written or taken; undefined when it is missing. */
  async writtenAt(id: ResultId): Promise<EpochMs | undefined> {
    return (await stat(this.#path(id)).catch(() => undefined))?.mtimeMs; // unreadable is as good as missing
  }

  /** Ids of all files last written before `moment`, and the leftovers of writes that never ended. */
  async olderThan(moment: EpochMs): Promise<{ ids: ResultId[]; leftovers: string[] }> {
    const ids: ResultId[] = [];
    const leftovers: string[] = [];
    const files = await readdir(this.folder, { recursive: true }).catch(() => []); // no folder: no large value yet
    for (const file of files) {
      const path = join(this.folder, file);
      const found = await stat(path).catch(() => undefined); // removed meanwhile
      if (!found?.isFile() || found.mtimeMs >= moment) continue;
      const id = file.replace(/[\\/]/, "");
      if (/^[0-9a-f]{64}$/.test(id)) ids.push(id);
      else if (file.endsWith(".tmp")) leftovers.push(path);
    }
    return { ids, leftovers };
  }

  async #write(id: ResultId, text: string): Promise<void> {
    const path = this.#path(id);
    if (await this.read(id)) return await this.#settle(path);
    const temporary = `${path}.${randomUUID()}.tmp`;
    try {
      await makeFolder(dirname(path), PRIVATE_FOLDER);
      const file = await open(temporary, "wx", PRIVATE_FILE);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await this.#place(temporary, id);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {}); // the first error tells more
      throw new Error(`Cannot store result ${id}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Gives a file that is on disk its name, in place of whatever has it. */
  async #place(from: string, id: ResultId): Promise<void> {
    const path = this.#path(id);
    await makeFolder(dirname(path), PRIVATE_FOLDER);
    try {
      await rename(from, path);
    } catch (error) {
      if (!["EISDIR", "ENOTEMPTY", "EEXIST"].includes(String((error as NodeJS.ErrnoException).code))) throw error;
      await rename(path, `${path}.${randomUUID()}.damaged`); // a folder: nothing that belongs here
      await rename(from, path);
    }
    await syncFolder(dirname(path));
  }

  /** Puts on disk what another process may have written without having synced it yet. */
  async #settle(path: string): Promise<void> {
    await syncPath(path);
    await makeFolder(dirname(path), PRIVATE_FOLDER);
    await syncFolder(dirname(path));
  }

  #path(id: ResultId): string {
    return join(this.folder, id.slice(0, 2), id.slice(2));
  }
}
