import { Duplex, Readable, Transform } from "node:stream";
import { inspect } from "node:util";
import { formatBytes } from "../display/human-units.js";

/** Bytes by their content. */
export interface BytesReference {
  /** Lower-case hex SHA-256. */
  readonly sha256: string;
  /** Size of the content. */
  readonly bytes: number;
}

/** Where bytes lie that are read again and again. Each reading checks them against their reference. */
export interface BytesHome {
  /** The folder of the blob files. */
  readonly folder: string;
  /** Name of the task that made them. */
  readonly madeBy: string;
  /** The content from its start, piece by piece; the last piece comes only when all of them are right. */
  chunks(reference: BytesReference): AsyncGenerator<Uint8Array, void, undefined>;
  whole(reference: BytesReference): Promise<ArrayBuffer>;
}

const SHOWN_DIGITS = 12;

/**
 * What a stream that a task returned has become: bytes on disk, which every reader gets from the start, as often as it
 * likes, and which never change. Reading takes the memory of a piece and checks the content: where it is damaged, the
 * reading fails with CorruptResultError before its end. Equal content has an equal `sha256`.
 */
export class StoredBytes implements AsyncIterable<Uint8Array> {
  /** Lower-case hex SHA-256 of the content. */
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
  readonly #home: BytesHome;

  constructor({ sha256, bytes }: BytesReference, home: BytesHome) {
    this.sha256 = sha256;
    this.size = bytes;
    this.#home = home;
    Object.freeze(this);
  }

  /** A new stream of the whole content. */
  stream(): Readable {
    return Readable.from(this.#home.chunks(this.reference), { objectMode: false });
  }

  /** The whole content in memory. */
  async bytes(): Promise<Buffer> {
    return Buffer.from(await this.#home.whole(this.reference));
  }

  /** The whole content as UTF-8 text in memory. */
  async text(): Promise<string> {
    return (await this.bytes()).toString("utf8");
  }

  /** The content, piece by piece. */
  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    return this.#home.chunks(this.reference);
  }

  /** @internal */
  get reference(): BytesReference {
    return { sha256: this.sha256, bytes: this.size };
  }

  /** @internal */
  get home(): BytesHome {
    return this.#home;
  }

  toString(): string {
    return `stream, ${formatBytes(this.size)}`;
  }

  /** How it looks in a terminal. */
  [inspect.custom](): string {
    return `${this} (sha256 ${this.sha256.slice(0, SHOWN_DIGITS)}…)`;
  }
}

/** Whether a task's value is a stream of bytes, to be read once: Readable, ReadableStream, an async iterable. */
export function isByteStream(value: unknown): value is AsyncIterable<unknown> {
  if (typeof value !== "object" || value === null || value instanceof StoredBytes) return false;
  if (!(Symbol.asyncIterator in value)) return false;
  return !isConnection(value); // it is somebody's to talk over, and may never end
}

/** A socket and its like: it is written to, and what is read of it is no function of that. */
const isConnection = (value: object): boolean => value instanceof Duplex && !(value instanceof Transform);
