import { createHash } from "node:crypto";
import type { ByteShelf } from "../result/byte-shelf.js";
import { type BytesHome, type BytesReference, StoredBytes } from "../result/stored-bytes.js";
import { BlobFolder } from "./blobs.js";
import { writeStream } from "./byte-stream.js";
import { STAGE_BYTES } from "./staged-file.js";
import { CorruptResultError, damageText } from "./store.js";
import { DamagedBytes } from "./verified-file.js";

/** Where a shelf's files are, and the task whose result they belong to. Asked when first needed. */
export interface ShelfPlace {
  folder(): Promise<string>;
  madeBy(): Promise<string>;
}

/**
 * The blob folder of a store, used by the process that runs the tasks: large bytes go to the disk from where they are
 * made, and come back the same way. Rows refer to them later; until then their age keeps them.
 */
export class BlobShelf implements ByteShelf {
  readonly #place: ShelfPlace;

  constructor(place: ShelfPlace) {
    this.#place = place;
  }

  /** The folder of its files. */
  folder(): Promise<string> {
    return this.#place.folder();
  }

  async keep(content: Uint8Array | StoredBytes): Promise<BytesReference> {
    const blobs = new BlobFolder(await this.#place.folder());
    if (content instanceof StoredBytes) return await adopt(content, blobs);
    const known = await referenceOf(content);
    if ((await blobs.take(known)) && (await blobs.isWhole(known))) return known;
    return await blobs.keep(async (file) => {
      for (const part of partsOf(content)) await file.write(part);
    });
  }

  /** Keeps a stream's content, in constant memory. @throws what the stream throws; the signal's reason once it aborts. */
  async keepStream(stream: AsyncIterable<unknown>, signal?: AbortSignal): Promise<StoredBytes> {
    const blobs = new BlobFolder(await this.#place.folder());
    const reference = await blobs.keep((file) => writeStream(stream, file, signal));
    return storedIn(blobs.folder, await this.#place.madeBy(), reference);
  }

  async read(reference: BytesReference): Promise<ArrayBuffer> {
    const blobs = new BlobFolder(await this.#place.folder());
    return await blobs.whole(reference).catch(async (error: unknown) => {
      throw damageOf(error, reference, await this.#place.madeBy());
    });
  }

  async open(reference: BytesReference): Promise<StoredBytes> {
    const stored = await this.openUnchecked(reference);
    for await (const _ of stored); // reading checks them
    return stored;
  }

  /** The same without reading it: for those who look at its beginning, or have just made it. */
  async openUnchecked(reference: BytesReference): Promise<StoredBytes> {
    return storedIn(await this.#place.folder(), await this.#place.madeBy(), reference);
  }
}

/** The content of a blob file, to be read again and again. */
export const storedIn = (folder: string, madeBy: string, reference: BytesReference): StoredBytes =>
  new StoredBytes(reference, homeIn(new BlobFolder(folder), madeBy));

/** Bytes that lie here already stay as they are; those of another folder (a run without a store) are copied. */
async function adopt(content: StoredBytes, blobs: BlobFolder): Promise<BytesReference> {
  const { reference } = content;
  if (await blobs.take(reference)) {
    if (content.home.folder === blobs.folder || (await blobs.isWhole(reference))) return reference;
  }
  if (content.home.folder === blobs.folder)
    throw damageOf(new DamagedBytes("the file has another content"), reference, content.home.madeBy);
  return await blobs.keep((file) => writeStream(content, file));
}

function homeIn(blobs: BlobFolder, madeBy: string): BytesHome {
  return {
    folder: blobs.folder,
    madeBy,
    async *chunks(reference) {
      try {
        yield* blobs.pieces(reference);
      } catch (error) {
        throw damageOf(error, reference, madeBy);
      }
    },
    async whole(reference) {
      return await blobs.whole(reference).catch((error: unknown) => {
        throw damageOf(error, reference, madeBy);
      });
    },
  };
}

function damageOf(error: unknown, { sha256 }: BytesReference, madeBy: string): unknown {
  if (error instanceof DamagedBytes)
    return new CorruptResultError(damageText(`bytes ${sha256}`, madeBy, error.message));
  return new Error(`Cannot read bytes ${sha256}: ${(error as Error).message}`, { cause: error });
}

async function referenceOf(content: Uint8Array): Promise<BytesReference> {
  const hash = createHash("sha256");
  for (const part of partsOf(content)) {
    hash.update(part);
    await new Promise((resolve) => setImmediate(resolve)); // a large value holds nobody else up
  }
  return { sha256: hash.digest("hex"), bytes: content.byteLength };
}

function* partsOf({ buffer, byteOffset, byteLength }: Uint8Array): Generator<Uint8Array> {
  const size = 4 * STAGE_BYTES;
  for (let at = 0; at < byteLength; at += size)
    yield new Uint8Array(buffer, byteOffset + at, Math.min(size, byteLength - at));
}
