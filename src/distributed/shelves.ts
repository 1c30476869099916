import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat, utimes } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Shelf } from "./dispatch.js";

/** A folder that coordinator and workers see as one, such as a network file system: where large values go. */
export class FolderShelf implements Shelf {
  readonly place: string;

  /** @param folder on all machines under the same path */
  constructor(folder: string) {
    if (typeof folder !== "string" || folder === "")
      throw new TypeError("Cannot make a FolderShelf: its folder is empty");
    this.place = resolve(folder);
  }

  async holds(names: readonly string[]): Promise<ReadonlySet<string>> {
    const now = new Date();
    const found = await Promise.all(
      names.map((name) =>
        utimes(this.#path(name), now, now).then(
          () => name,
          () => undefined, // not there, or not ours: it is put again
        ),
      ),
    );
    return new Set(found.filter((name) => name !== undefined));
  }

  async put(name: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const path = this.#path(name);
    await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
    const temporary = `${path}.${randomUUID()}.tmp`;
    try {
      const file = await open(temporary, "wx", 0o600);
      try {
        for await (const piece of content) await file.write(piece);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async get(name: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const found = await stat(this.#path(name)).catch(() => undefined); // not there
    return found?.isFile() ? createReadStream(this.#path(name)) : undefined;
  }

  /** `value:ab…` → `value/ab/…` */
  #path(name: string): string {
    const [kind = "", id = ""] = name.split(":");
    return join(this.place, kind, id.slice(0, 2), id.slice(2));
  }
}

/** The shelf that a command line names. @throws {TypeError} */
export function openShelf(place: string): Shelf {
  return new FolderShelf(place);
}
