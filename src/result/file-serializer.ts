import { randomUUID } from "node:crypto";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Json } from "../contracts/json.js";
import { allowPlace, checkPlace, folderPlace } from "./allowed-places.js";
import { innerJson } from "./compressed-serializer.js";
import { contentHash } from "./content-hash.js";
import { makeFolder, syncFolder } from "./durable-file.js";
import { type ResultSerializer, type SerializerJson, serializerJson } from "./result-serializer.js";
import { ValueSerializer } from "./value-serializer.js";

/** Set while a serializer is made from a stored config: that allows nothing. */
let reviving = false;

/** What makes a FileSerializer. */
export interface FileOptions<T> {
  /** Where the files are; made when the first is written. */
  readonly folder: string;
  /** Makes the JSON that is written. @default ValueSerializer */
  readonly inner?: ResultSerializer<T>;
}

/**
 * Keeps values in files named by their content, `folder/ab/cdef….json`; the blob is the reference
 * `{"sha256": hex, "bytes": n}`. Equal values are one file.
 */
export class FileSerializer<T = unknown> implements ResultSerializer<T> {
  readonly type = "file";
  readonly config: { readonly [key: string]: Json };
  readonly #folder: string;
  readonly #inner: ResultSerializer<T>;
  /** Whether a stored result names the folder, and no code of this process. */
  #isRevived = false;

  constructor({
    folder,
    inner = new ValueSerializer() as ResultSerializer<unknown> as ResultSerializer<T>,
  }: FileOptions<T>) {
    if (typeof folder !== "string" || folder === "")
      throw new TypeError("Cannot make FileSerializer: folder is missing");
    this.#folder = folder;
    this.#inner = inner;
    this.config = { folder, inner: serializerJson(inner) };
    if (!reviving) allowPlace(folderPlace(folder));
  }

  /** @throws {TypeError} when the stored config makes no sense. */
  static revive(
    config: { readonly [key: string]: Json },
    reviveInner: (json: SerializerJson) => ResultSerializer,
  ): FileSerializer {
    const inner = reviveInner(innerJson(config));
    reviving = true;
    try {
      const revived = new FileSerializer({ folder: config.folder as string, inner });
      revived.#isRevived = true;
      return revived;
    } finally {
      reviving = false;
    }
  }

  async serialize(value: T): Promise<Json> {
    this.#checkFolder();
    const text = JSON.stringify(await this.#inner.serialize(value));
    const sha256 = contentHash(text);
    await writeOnce(this.#fileOf(sha256), text);
    return { sha256, bytes: Buffer.byteLength(text) };
  }

  async deserialize(blob: Json): Promise<T> {
    const { sha256, bytes } = referenceIn(blob);
    this.#checkFolder();
    const file = this.#fileOf(sha256);
    const text = await readFileOf(file, bytes);
    if (contentHash(text) !== sha256) throw new SyntaxError(`Cannot read result from ${file}: the file was changed`);
    return await this.#inner.deserialize(JSON.parse(text) as Json);
  }

  #checkFolder(): void {
    if (this.#isRevived) checkPlace("folder", folderPlace(this.#folder));
  }

  #fileOf(sha256: string): string {
    return join(this.#folder, sha256.slice(0, 2), `${sha256.slice(2)}.json`);
  }
}

function referenceIn(blob: Json): { sha256: string; bytes: number } {
  const { sha256, bytes } = (typeof blob === "object" && blob !== null ? blob : {}) as { [key: string]: Json };
  // Nothing but a hash may become part of a path: the blob may be anybody's.
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256) || typeof bytes !== "number")
    throw new SyntaxError("Cannot read result from a file: the reference is malformed");
  return { sha256, bytes };
}

async function readFileOf(file: string, bytes: number): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size !== bytes) throw new RangeError(`${size} bytes are there, ${bytes} were written`);
    return await readFile(file, "utf8");
  } catch (error) {
    throw new Error(`Cannot read result from ${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** The file is there whole or not at all, also after a power cut. */
async function writeOnce(file: string, text: string): Promise<void> {
  const folder = dirname(file);
  const draft = join(folder, `.${randomUUID()}.tmp`);
  try {
    await makeFolder(folder);
    await writeDurably(draft, text);
    await rename(draft, file);
    await syncFolder(folder);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {}); // the first error tells more
    throw new Error(`Cannot write result to ${file}: ${(error as Error).message}`, { cause: error });
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, "wx");
  try {
    await handle.writeFile(text, "utf8");
    await handle.sync();
  } finally {
    await handle.close();
  }
}
