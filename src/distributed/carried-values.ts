import { createHash } from "node:crypto";
import type { ByteShelf } from "../result/byte-shelf.js";
import { contentHash } from "../result/content-hash.js";
import { reviveSerializer } from "../result/registry.js";
import { type ResultSerializer, serializerJson } from "../result/result-serializer.js";
import type { BytesReference, StoredBytes } from "../result/stored-bytes.js";
import { ValueSerializer } from "../result/value-serializer.js";
import type { Depot } from "./dispatch.js";
import type { Carried, MaybeCarried } from "./orders.js";

/** Texts up to this size go in the order or the outcome itself. */
export const LARGEST_INLINE_TEXT = 32 * 1024;

/** Names in the depot. */
export const valueName = (id: string): string => `value:${id}`;
export const bytesName = (sha256: string): string => `bytes:${sha256}`;
export const codeName = (id: string): string => `code:${id}`;

/** Content that is to be put into the depot under a name, where it is not there already. */
export interface Parcel {
  readonly name: string;
  readonly bytes: number;
  readonly content: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** A value ready to go, with what has to be in the depot before it does. */
export interface Packed {
  readonly carried: Carried;
  readonly parcels: readonly Parcel[];
}

const VALUE = new ValueSerializer();

/** A text under its hash, as it is carried. */
export function packText(
  text: string,
  serializer: Pick<ResultSerializer, "type" | "config">,
  blobs: readonly BytesReference[],
): Packed {
  const [id, bytes] = [contentHash(text), Buffer.byteLength(text)];
  const carried = { id, serializer: serializerJson(serializer), bytes, blobs: [...blobs] };
  if (bytes <= LARGEST_INLINE_TEXT) return { carried: { ...carried, text }, parcels: [] };
  return { carried, parcels: [{ name: valueName(id), bytes, content: () => [Buffer.from(text)] }] };
}

/** A live value, by the serializer of all that has none. @throws {SerializeError} naming the path to what does not fit. */
export async function packValue(value: unknown): Promise<Packed> {
  const shelf = new ParcelShelf();
  const packed = packText(JSON.stringify(await VALUE.serialize(value, shelf)), VALUE, shelf.references);
  return { ...packed, parcels: [...packed.parcels, ...shelf.parcels] };
}

/** The live value that a text stands for. @param shelf has the bytes that it refers to */
export async function unpackValue({ serializer }: Pick<Carried, "serializer">, text: string, shelf: ByteShelf) {
  return await reviveSerializer(serializer).deserialize(JSON.parse(text), shelf);
}

/** What has to be there before a carried value can be read: names in the depot, with what their content hashes to. */
export function neededBy(carried: MaybeCarried): { readonly name: string; readonly sha256: string }[] {
  if ("problem" in carried) return [];
  const { id, text, blobs } = carried;
  return [
    ...(text === undefined ? [{ name: valueName(id), sha256: id }] : []),
    ...blobs.map(({ sha256 }) => ({ name: bytesName(sha256), sha256 })),
  ];
}

/** Takes the large bytes of a value as parcels. */
class ParcelShelf implements ByteShelf {
  readonly parcels: Parcel[] = [];
  readonly references: BytesReference[] = [];

  async keep(content: Uint8Array | StoredBytes): Promise<BytesReference> {
    const reference = content instanceof Uint8Array ? referenceOf(content) : content.reference;
    if (this.references.some(({ sha256 }) => sha256 === reference.sha256)) return reference;
    this.references.push(reference);
    const pieces = content instanceof Uint8Array ? [content] : content;
    this.parcels.push({ name: bytesName(reference.sha256), bytes: reference.bytes, content: () => pieces });
    return reference;
  }
  read(): never {
    throw new TypeError("Cannot read from a shelf that only takes");
  }
  open(): never {
    throw new TypeError("Cannot read from a shelf that only takes");
  }
}

const referenceOf = (content: Uint8Array): BytesReference => ({
  sha256: createHash("sha256").update(content).digest("hex"),
  bytes: content.byteLength,
});

/** What is too large for the way it would have to go. */
export class TooLargeError extends Error {
  constructor(readonly bytes: number) {
    super(`${bytes} bytes are too large`);
  }
}

/** Names remembered as sent, about; beyond, the depot is asked again. */
const MOST_SENT = 10_000;

/** Puts parcels into the depot, each once in a week and process; what was lost meanwhile is put again when asked. */
export class ParcelSender {
  readonly #sent = new Map<string, Promise<void>>();

  /** @param largest bytes of one parcel that may go into this depot */
  constructor(
    private readonly depot: () => Depot,
    private readonly largest: number,
  ) {}

  /** Resolves when all are there. @throws {TooLargeError} */
  async send(parcels: readonly Parcel[]): Promise<void> {
    for (const { bytes } of parcels) if (bytes > this.largest) throw new TooLargeError(bytes);
    if (this.#sent.size > MOST_SENT) this.#sent.clear();
    const unsent = parcels.filter(({ name }) => !this.#sent.has(name));
    if (unsent.length > 0) {
      const holding = this.depot().holds(unsent.map(({ name }) => name));
      for (const parcel of unsent) {
        const sending = this.#put(parcel, holding);
        sending.catch(() => this.#sent.delete(parcel.name)); // given to whoever waits below
        this.#sent.set(parcel.name, sending);
      }
    }
    for (const { name } of parcels) await this.#sent.get(name);
  }

  /** What was sent may be gone: the depot is asked again. */
  forget(): void {
    this.#sent.clear();
  }

  async #put({ name, content }: Parcel, holding: Promise<ReadonlySet<string>>): Promise<void> {
    if (!(await holding).has(name)) await this.depot().put(name, content());
  }
}
