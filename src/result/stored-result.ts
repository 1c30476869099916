import type { Json } from "../contracts/json.js";
import { reviveSerializer } from "./registry.js";
import { Result } from "./result.js";
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

interface Origin {
  readonly reference: StoredReference;
  /** The stored form, read. */
  readonly blob: () => Promise<Json>;
}

const origins = new WeakMap<Result, Origin>();

const values = new WeakMap<Result, Promise<Result>>();

/** A Result that is in a store: the store is read when somebody first needs the value, once for all who do. */
class ResultInStore extends Result {
  override deserialize(): Promise<Result> {
    const known = values.get(this);
    if (known) return known;
    const value = readFromStore(origins.get(this)!);
    values.set(this, value);
    value.catch(() => values.delete(this)); // a store that failed once may be asked again
    return value;
  }
}

async function readFromStore(origin: Origin): Promise<Result> {
  const serializer = reviveSerializer(origin.reference.serializer);
  const result = new Result({ value: await serializer.deserialize(await origin.blob()), serializer });
  origins.set(result, origin);
  return result;
}

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
  origins.set(result, { reference, blob: async () => JSON.parse(await read(reference.id)) as Json });
  return result;
}

/** Where a Result is stored; undefined when it is nowhere. Nothing is copied or read. */
export const storedReferenceOf = (result: Result): StoredReference | undefined => origins.get(result)?.reference;

/** The stored form of a Result that is only a reference; undefined for any other Result. */
export function storedBlobOf(result: Result): Promise<Json> | undefined {
  return result instanceof ResultInStore ? origins.get(result)!.blob() : undefined;
}
