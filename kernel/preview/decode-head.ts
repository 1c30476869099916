import type { Json } from "../../src/contracts/json.js";
import { formatBytes } from "../../src/display/human-units.js";
import { outsideBytes } from "../../src/result/binary-kinds.js";
import { bytesReference } from "../../src/result/byte-shelf.js";
import { decodeValue } from "../../src/result/decode-value.js";
import { StoredBytes } from "../../src/result/stored-bytes.js";
import type { BlobShelf } from "../../src/store/blob-shelf.js";

/** Larger buffers are not read to be looked at. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Stands for a buffer that is too large to be read. */
class UnreadBuffer extends StoredBytes {
  readonly #kind: string;

  constructor(kind: string, { reference, home }: StoredBytes) {
    super(reference, home);
    this.#kind = kind;
  }
  override toString(): string {
    return `${this.#kind}, ${formatBytes(this.size)}`;
  }
}

/** What ValueSerializer stored, to be looked at: streams are not checked, what is large in it is not read. */
export async function decodeHead(blob: Json, shelf: BlobShelf): Promise<unknown> {
  const { nodes } = (typeof blob === "object" && blob !== null ? blob : {}) as { [key: string]: Json };
  const found = new Map<Json, ArrayBuffer | StoredBytes>();
  for (const { kind, reference } of outsideBytes(Array.isArray(nodes) ? nodes : [])) {
    const named = bytesReference(reference);
    if (kind !== "StoredBytes" && named.bytes <= MOST_BYTES) found.set(reference, await shelf.read(named));
    else {
      const unread = await shelf.openUnchecked(named);
      found.set(reference, kind === "StoredBytes" ? unread : new UnreadBuffer(kind, unread));
    }
  }
  return decodeValue(blob, (reference) => found.get(reference)!);
}
