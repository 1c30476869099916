import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder, PRIVATE_FILE, PRIVATE_FOLDER } from "../result/durable-file.js";
import type { BytesReference } from "../result/stored-bytes.js";

/** Two of these are all that is held, whatever the size of what is written. */
export const STAGE_BYTES = 1_048_576;
/** So that garbage collection does not take a file for abandoned whose stream rests. */
const TOUCH_MS = 600_000;

/**
 * A file under a passing name, hashed while it is written. What is given is copied first: a source may use its buffer
 * again, and a value may be changed, while the disk still writes.
 */
export class StagedFile {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #hash = createHash("sha256");
  readonly #touch: NodeJS.Timeout;
  #filling = Buffer.allocUnsafeSlow(STAGE_BYTES);
  #resting = Buffer.allocUnsafeSlow(STAGE_BYTES);
  #filled = 0;
  #bytes = 0;
  /** The write under way, out of the resting buffer. */
  #writing: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
    this.#touch = setInterval(() => void file.utimes(new Date(), new Date()).catch(() => {}), TOUCH_MS).unref();
  }

  static async create(folder: string): Promise<StagedFile> {
    await makeFolder(folder, PRIVATE_FOLDER);
    const path = join(folder, `${randomUUID()}.tmp`);
    return new StagedFile(path, await open(path, "wx", PRIVATE_FILE));
  }

  /** Takes bytes in; resolves when the next may come. The bytes may be changed then. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let taken = 0; taken < bytes.length; ) {
      const part = bytes.subarray(taken, taken + STAGE_BYTES - this.#filled);
      this.#filling.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
      if (this.#filled === STAGE_BYTES) await this.#flush();
    }
  }

  /** Puts all on disk and closes the file. */
  async finish(): Promise<BytesReference> {
    await this.#flush();
    await this.#writing;
    await this.#file.sync();
    await this.#close();
    return { sha256: this.#hash.digest("hex"), bytes: this.#bytes };
  }

  /** Closes the file and removes it. Never rejects. */
  async discard(): Promise<void> {
    await this.#writing.catch(() => {}); // whoever wrote was told
    await this.#close().catch(() => {}); // the first error tells more
    await rm(this.path, { force: true }).catch(() => {}); // left for the next collection
  }

  /** Hashes while the write before goes on. */
  async #flush(): Promise<void> {
    const full = this.#filling.subarray(0, this.#filled);
    this.#hash.update(full);
    await this.#writing;
    this.#bytes += full.length;
    this.#writing = writeAll(this.#file, full);
    this.#writing.catch(() => {}); // awaited before the next write, and at the end
    [this.#filling, this.#resting, this.#filled] = [this.#resting, this.#filling, 0];
  }

  #close(): Promise<void> {
    clearInterval(this.#touch);
    this.#closing ??= this.#file.close();
    return this.#closing;
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; )
    written += (await file.write(bytes, written, bytes.length - written)).bytesWritten;
}
