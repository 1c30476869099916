import { types } from "node:util";
import type { Json } from "../../contracts/json.js";
import { LARGEST_INLINE_BYTES } from "../../result/byte-shelf.js";
import { decodeValue } from "../../result/decode-value.js";
import { encodeValue } from "../../result/encode-value.js";
import { StoredBytes } from "../../result/stored-bytes.js";
import { storedIn } from "../../store/blob-shelf.js";
import type { Crossing } from "./thread-messages.js";

const TypedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
/** Objects that structured clone gives back as they were, when what is in them is. */
const CLONED_WHOLE: ReadonlySet<object | null> = new Set([
  Object.prototype,
  Array.prototype,
  Map.prototype,
  Set.prototype,
  Date.prototype,
  ArrayBuffer.prototype,
  SharedArrayBuffer.prototype,
]);

/**
 * Makes a value ready to cross to another thread: by structured clone where that keeps it, else as a stored result.
 * @throws {SerializeError} naming the path to what cannot cross: a function, a class instance, a socket.
 */
export function pack(value: unknown): Crossing {
  const buffers: Uint8Array[] = [];
  return survivesClone(value, buffers) ? { clone: value, buffers } : encoded(value);
}

/** Bytes in files stay where they are, other large ones go beside the JSON. */
function encoded(value: unknown): Crossing {
  const parts: Uint8Array[] = [];
  const json = encodeValue(value, (content, payload) => {
    if (content instanceof StoredBytes) {
      const { folder, madeBy } = content.home;
      payload.push({ folder, madeBy, ...content.reference });
    } else if (content.byteLength > LARGEST_INLINE_BYTES) {
      payload.push({ part: parts.push(new Uint8Array(content)) - 1 }); // a clone would take all of its buffer along
    } else return false;
    return true;
  });
  return { json, parts };
}

function decoded(json: Json, parts: readonly Uint8Array[]): unknown {
  return decodeValue(json, (place) => {
    const { part, folder, madeBy, sha256, bytes } = place as { [key: string]: string & number };
    if (part !== undefined) return parts[part]!.buffer as ArrayBuffer;
    return storedIn(folder!, madeBy!, { sha256: sha256!, bytes: bytes! });
  });
}

/** The value again, in the thread that it came to. @throws {TypeError} when it could not cross. */
export function unpack(crossing: Crossing): unknown {
  if ("problem" in crossing) throw new TypeError(crossing.problem);
  if ("json" in crossing) return decoded(crossing.json, crossing.parts);
  // The clone holds the very same arrays: those that were Buffers become Buffers where they stand.
  for (const bytes of crossing.buffers) Object.setPrototypeOf(bytes, Buffer.prototype);
  return crossing.clone;
}

/** A value that nobody may need: why it cannot cross is told where it is read. */
export function packOrProblem(value: unknown, what: string): Crossing {
  try {
    return pack(value);
  } catch (thrown) {
    return { problem: `Cannot read ${what} in a thread: ${(thrown as Error).message}` };
  }
}

/** Notes Buffers on its way. Does not recurse, so depth is no limit. */
function survivesClone(value: unknown, buffers: Uint8Array[]): boolean {
  const seen = new Set<object>();
  const waiting: unknown[] = [value];
  for (let part = waiting.pop(); waiting.length > 0 || part !== undefined; part = waiting.pop()) {
    if (typeof part === "function" || typeof part === "symbol") return false;
    if (typeof part !== "object" || part === null || seen.has(part)) continue;
    seen.add(part);
    if (Buffer.isBuffer(part)) buffers.push(part);
    else if (!isClonedWhole(part)) return false;
    else for (const inner of partsOf(part)) waiting.push(inner);
  }
  return true;
}

function isClonedWhole(value: object): boolean {
  if (types.isProxy(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (types.isTypedArray(value)) return Object.getPrototypeOf(prototype) === TypedArray;
  if (!CLONED_WHOLE.has(prototype)) return false;
  // Hidden and symbol keys are left behind; an array has one hidden key of its own, and may be long.
  if (Array.isArray(value)) return true;
  return Reflect.ownKeys(value).length === (prototype === Object.prototype ? Object.keys(value).length : 0);
}

function partsOf(value: object): Iterable<unknown> {
  if (Array.isArray(value) || value instanceof Set) return value;
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  return types.isTypedArray(value) || types.isAnyArrayBuffer(value) ? [] : Object.values(value);
}
