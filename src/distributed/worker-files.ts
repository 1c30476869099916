import { rm } from "node:fs/promises";
import { BlobFolder } from "../store/blobs.js";
import type { Depot } from "./dispatch.js";

/** Content that a worker needs: its name in the depot, and what it hashes to. */
export interface Needed {
  readonly name: string;
  readonly sha256: string;
}

const LARGEST_BYTES = 2 * 1024 ** 3;

/** Content by hash on the worker's disk: what many attempts need crosses once. What was not used for longest goes first. */
export class WorkerFiles {
  readonly #blobs: BlobFolder;
  /** Hash → size, least recently used first. */
  readonly #sizes = new Map<string, number>();
  readonly #fetching = new Map<string, Promise<boolean>>();
  /** In use by attempts under way. */
  readonly #held = new Map<string, number>();
  #bytes = 0;

  constructor(
    readonly folder: string,
    private readonly depot: () => Depot,
    private readonly largestBytes = LARGEST_BYTES,
  ) {
    this.#blobs = new BlobFolder(folder);
  }

  /** Has all of it on disk until `release`. Gives the names that the depot has not, or only damaged. */
  async hold(needed: readonly Needed[]): Promise<readonly string[]> {
    for (const { sha256 } of needed) this.#held.set(sha256, (this.#held.get(sha256) ?? 0) + 1);
    const there = await Promise.all(needed.map((each) => this.#ensure(each)));
    return needed.flatMap(({ name }, index) => (there[index] ? [] : [name]));
  }

  release(needed: readonly Needed[]): void {
    for (const { sha256 } of needed) {
      const users = (this.#held.get(sha256) ?? 1) - 1;
      if (users === 0) this.#held.delete(sha256);
      else this.#held.set(sha256, users);
    }
    void this.#trim();
  }

  /** Content that was made here, to be put into the depot. */
  pieces(sha256: string, bytes: number): AsyncIterable<Uint8Array> {
    this.#note(sha256, bytes);
    return this.#blobs.pieces({ sha256, bytes });
  }

  /** Removes all. */
  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  #ensure(needed: Needed): Promise<boolean> {
    const { sha256 } = needed;
    const size = this.#sizes.get(sha256);
    if (size !== undefined) {
      this.#sizes.delete(sha256);
      this.#sizes.set(sha256, size); // used last
      return Promise.resolve(true);
    }
    let fetching = this.#fetching.get(sha256);
    if (!fetching) {
      fetching = this.#fetch(needed).finally(() => this.#fetching.delete(sha256));
      this.#fetching.set(sha256, fetching);
    }
    return fetching;
  }

  async #fetch({ name, sha256 }: Needed): Promise<boolean> {
    const pieces = await this.depot().get(name);
    if (!pieces) return false;
    const reference = await this.#blobs.keep(async (file) => {
      for await (const piece of pieces) await file.write(piece);
    });
    if (reference.sha256 !== sha256) {
      await this.#blobs.remove(reference.sha256); // somebody else's content under this name
      return false;
    }
    this.#note(sha256, reference.bytes);
    return true;
  }

  #note(sha256: string, bytes: number): void {
    if (!this.#sizes.has(sha256)) this.#bytes += bytes;
    this.#sizes.set(sha256, bytes);
  }

  async #trim(): Promise<void> {
    for (const [sha256, bytes] of this.#sizes) {
      if (this.#bytes <= this.largestBytes) return;
      if (this.#held.has(sha256)) continue;
      this.#sizes.delete(sha256);
      this.#bytes -= bytes;
      await this.#blobs.remove(sha256).catch(() => {}); // it goes with the folder
    }
  }
}
