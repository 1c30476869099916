import type { Json } from "../contracts/json.js";
import type { ByteShelf } from "./byte-shelf.js";
import { reviveSerializer } from "./registry.js";
import { noteOrigin, originOf, Result, type ResultOrigin } from "./result.js";
import type { SerializerJson } from "./result-serializer.js";

/** Where a store keeps a result: what a row says of it without its bytes. */
export interface StoredReference {
  /** Lower-case hex SHA-256 of the stored JSON text in UTF-8. */
  readonly id: string;
  readonly serializer: SerializerJson;
  /** Size of the JSON text, and of the bytes that it refers to. */
  readonly bytes: number;
  /** Of `bytes`, those that lie in files of their own. @default 0 */
  readonly outside?: number;
  /** Canonical text of the value, made with it, so that nobody reads it to compare. Absent: nothing to compare, or an older store. */
  readonly valueKey?: string;
}

/** What is asked of a store to have a result's value again. */
export interface ResultSource {
  /** The JSON text under an id. */
  read(id: string): Promise<string>;
  /** Where the bytes lie that the text under this id refers to. */
  shelf(id: string): ByteShelf;
}

interface Origin extends ResultOrigin {
  readonly reference: StoredReference;
  readonly source: ResultSource;
}

const originIn = (result: Result): Origin | undefined => originOf(result) as Origin | undefined;

/** A Result that is in a store: the store is read when somebody first needs the value, once for all who do. */
class ResultInStore extends Result {
  #value: Promise<Result> | undefined;

  override deserialize(): Promise<Result> {
    if (this.#value) return this.#value;
    const value = readFromStore(originIn(this)!);
    this.#value = value;
    value.catch(() => {
      this.#value = undefined; // a store that failed once may be asked again
    });
    return value;
  }
}

async function readFromStore(origin: Origin): Promise<Result> {
  const { reference, source } = origin;
  const serializer = reviveSerializer(reference.serializer);
  const value = await serializer.deserialize(await blobOf(origin), source.shelf(reference.id));
  const result = new Result({ value, serializer });
  noteOrigin(result, origin);
  return result;
}

/** The stored form, read. */
async function blobOf({ reference, source }: Origin): Promise<Json> {
  return JSON.parse(await source.read(reference.id)) as Json;
}

/**
 * A Result kept by reference into a store. Its `value` is the reference, its serializer the one that made
 * the stored form; `deserialize()` reads and deserializes, once for N readers.
 */
export function storedResult(reference: StoredReference, source: ResultSource): Result {
  const { id, bytes, serializer } = reference;
  const value = { stored: id, bytes };
  return noteStored(
    new ResultInStore({ value, serialized: true, serializer: reviveSerializer(serializer) }),
    reference,
    source,
  );
}

/** Says that a live Result is in a store now, so that others can carry it by reference. Gives it back. */
export function noteStored<T>(result: Result<T>, reference: StoredReference, source: ResultSource): Result<T> {
  const origin: Origin = { reference, source };
  noteOrigin(result, origin);
  return result;
}

/** Where a Result is stored; undefined when it is nowhere. Nothing is copied or read. */
export const storedReferenceOf = (result: Result): StoredReference | undefined => originIn(result)?.reference;

/** The stored form of a Result that is only a reference; undefined for any other, and where it refers to more bytes. */
export function storedBlobOf(result: Result): Promise<Json> | undefined {
  const origin = result instanceof ResultInStore ? originIn(result)! : undefined;
  return origin && !origin.reference.outside ? blobOf(origin) : undefined;
}
