import { hash, randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { EpochMs } from "../contracts/json.js";
import type { ResultId } from "./store.js";

/** The id of a stored text. */
export const resultIdOf = (text: string | Buffer): ResultId => hash("sha256", text, "hex");

/** Large values, each in a file named for its content: `ab/cdef…`. A file that has its name is complete. */
export class BlobFolder {
  readonly #folder: string;
  readonly #writing = new Map<ResultId, Promise<void>>();

  constructor(folder: string) {
    this.#folder = folder;
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
      const bytes = await readFile(this.#path(id));
      return resultIdOf(bytes) === id ? bytes : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new Error(`Cannot read result ${id}: ${(error as Error).message}`, { cause: error });
    }
  }

  async removeLeftovers(paths: readonly string[]): Promise<void> {
    for (const path of paths) await rm(path, { force: true });
  }

  async remove(id: ResultId): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  /** Ids of all files last written before `moment`, and the leftovers of writes that never ended. */
  async olderThan(moment: EpochMs): Promise<{ ids: ResultId[]; leftovers: string[] }> {
    const ids: ResultId[] = [];
    const leftovers: string[] = [];
    const files = await readdir(this.#folder, { recursive: true }).catch(() => []); // no folder: no large value yet
    for (const file of files) {
      const path = join(this.#folder, file);
      const found = await stat(path).catch(() => undefined); // removed meanwhile
      if (!found?.isFile() || found.mtimeMs >= moment) continue;
      const id = file.replace(/[\\/]/, "");
      if (/^[0-9a-f]{64}$/.test(id)) ids.push(id);
      else if (file.endsWith(".tmp")) leftovers.push(path);
    }
    return { ids, leftovers };
  }

  async #write(id: ResultId, text: string): Promise<void> {
    if (await this.read(id)) return;
    const path = this.#path(id);
    const temporary = `${path}.${randomUUID()}.tmp`;
    try {
      await makeFolder(dirname(path));
      const file = await open(temporary, "w");
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {}); // the first error tells more
      throw new Error(`Cannot store result ${id}: ${(error as Error).message}`, { cause: error });
    }
  }

  #path(id: ResultId): string {
    return join(this.#folder, id.slice(0, 2), id.slice(2));
  }
}

async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true });
  if (made === undefined) return;
  for (let each = folder; each.length >= made.length; each = dirname(each)) await syncFolder(dirname(each));
}

/** A name in a folder is on disk only once the folder is. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return; // a folder cannot be opened there
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
