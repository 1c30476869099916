import type { BytesReference, StoredBytes } from "./stored-bytes.js";

/** Bytes that are larger than this lie in a file of their own, and the JSON refers to them. */
export const LARGEST_INLINE_BYTES = 65_536;

/**
 * Where a serializer puts bytes that would be too large for JSON, and finds them again. A store gives one to
 * `serialize` and `deserialize`; what was kept lives as long as the result that `serialize` was asked for.
 */
export interface ByteShelf {
  /** Keeps bytes under their content: on disk when it resolves. The same bytes are kept once. */
  keep(content: Uint8Array | StoredBytes): Promise<BytesReference>;
  /** The whole content. @throws {CorruptResultError} naming the task that made it, when it is damaged or gone. */
  read(reference: BytesReference): Promise<ArrayBuffer>;
  /** The content to be read piece by piece, found to be whole. @throws {CorruptResultError} when it is not. */
  open(reference: BytesReference): Promise<StoredBytes>;
}

/** The reference in a stored form. @throws {SyntaxError} when it is none: the blob may be anybody's. */
export function bytesReference(json: unknown): BytesReference {
  const { sha256, bytes } = (typeof json === "object" && json !== null ? json : {}) as Partial<BytesReference>;
  const isWhole = typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256);
  if (!isWhole || !Number.isSafeInteger(bytes) || bytes! < 0)
    throw new SyntaxError("a reference to bytes is malformed");
  return { sha256, bytes: bytes! };
}
