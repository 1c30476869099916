import type { Json } from "../contracts/json.js";
import { outsideBytes } from "./binary-kinds.js";
import { type ByteShelf, bytesReference, LARGEST_INLINE_BYTES } from "./byte-shelf.js";
import { decodeValue } from "./decode-value.js";
import { encodeValue } from "./encode-value.js";
import type { ResultSerializer } from "./result-serializer.js";
import { StoredBytes } from "./stored-bytes.js";

/**
 * The serializer of a Result when none is given: lossless for JavaScript's own kinds of values. Where a store gives
 * a shelf, bytes above 64 KiB go there, as they are; the JSON refers to them.
 */
export class ValueSerializer implements ResultSerializer {
  readonly type = "value";

  /** The value as JSON; with a shelf, large bytes go there. @throws {SerializeError} naming the path to what does not fit. */
  serialize(value: unknown): Json;
  serialize(value: unknown, shelf: ByteShelf | undefined): Json | Promise<Json>;
  serialize(value: unknown, shelf?: ByteShelf): Json | Promise<Json> {
    if (!shelf) return encodeValue(value);
    const taken: (readonly [content: Uint8Array | StoredBytes, place: { [key: string]: Json }])[] = [];
    const blob = encodeValue(value, (content, payload) => {
      if (!(content instanceof StoredBytes) && content.byteLength <= LARGEST_INLINE_BYTES) return false;
      const place = {};
      payload.push(place);
      taken.push([content, place]);
      return true;
    });
    return taken.length === 0 ? blob : keepAll(taken, shelf).then(() => blob);
  }

  deserialize(blob: Json, shelf?: ByteShelf): unknown {
    const { v, nodes } = (typeof blob === "object" && blob !== null ? blob : {}) as { [key: string]: Json };
    if (v !== 2 || !shelf || !Array.isArray(nodes)) return decodeValue(blob);
    return found(nodes, shelf).then((bytes) => decodeValue(blob, (reference) => bytes.get(reference)!));
  }
}

/** One after another: each may be as large as memory. */
async function keepAll(
  taken: readonly (readonly [content: Uint8Array | StoredBytes, place: { [key: string]: Json }])[],
  shelf: ByteShelf,
): Promise<void> {
  for (const [content, place] of taken) {
    const { sha256, bytes } = await shelf.keep(content);
    Object.assign(place, { sha256, bytes });
  }
}

async function found(nodes: readonly Json[], shelf: ByteShelf): Promise<Map<Json, ArrayBuffer | StoredBytes>> {
  const bytes = new Map<Json, ArrayBuffer | StoredBytes>();
  for (const { kind, reference } of outsideBytes(nodes)) {
    const named = bytesReference(reference);
    bytes.set(reference, kind === "StoredBytes" ? await shelf.open(named) : await shelf.read(named));
  }
  return bytes;
}
