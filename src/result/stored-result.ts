import type { Json } from "../contracts/json.js";
import { reviveSerializer } from "./registry.js";
import { noteOrigin, originOf, Result, type ResultOrigin } from "./result.js";
import type { SerializerJson } from "./result-serializer.js";

/** Where a store keeps a result: what a row says of it without its bytes. */
export interface StoredReference {
  /** Lower-case hex SHA-256 of the stored JSON text in UTF-8. */
  readonly id: string;
  readonly serializer: SerializerJson;
  readonly bytes: number;
}

/** Reads the JSON text that a store keeps under an id. */
export type ReadStored = (id: string) => Promise<string>;

interface Origin extends ResultOrigin {
  readonly reference: StoredReference;
  readonly read: ReadStored;
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
  const serializer = reviveSerializer(origin.reference.serializer);
  const result = new Result({ value: await serializer.deserialize(await blobOf(origin)), serializer });
  noteOrigin(result, origin);
  return result;
}

/** The stored form, read. */
const blobOf = async ({ reference, read }: Origin): Promise<Json> => JSON.parse(await read(reference.id)) as Json;

/**
 * A Result kept by reference into a store. Its `value` is the reference, its serializer the one that made
 * the stored form; `deserialize()` reads and deserializes, once for N readers.
 */
export function storedResult(reference: StoredReference, read: ReadStored): Result {
  const { id, bytes, serializer } = reference;
  const value = { stored: id, bytes };
  return noteStored(
    new ResultInStore({ value, serialized: true, serializer: reviveSerializer(serializer) }),
    reference,
    read,
  );
}

/** Says that a live Result is in a store now, so that others can carry it by reference. Gives it back. */
export function noteStored<T>(result: Result<T>, reference: StoredReference, read: ReadStored): Result<T> {
  const origin: Origin = { reference, read };
  noteOrigin(result, origin);
  return result;
}

/** Where a Result is stored; undefined when it is nowhere. Nothing is copied or read. */
export const storedReferenceOf = (result: Result): StoredReference | undefined => originIn(result)?.reference;

/** The stored form of a Result that is only a reference; undefined for any other Result. */
export function storedBlobOf(result: Result): Promise<Json> | undefined {
  return result instanceof ResultInStore ? blobOf(originIn(result)!) : undefined;
}
