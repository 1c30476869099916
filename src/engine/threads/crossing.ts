import { types } from "node:util";
import { ValueSerializer } from "../../result/value-serializer.js";
import type { Crossing } from "./thread-messages.js";

const serializer = new ValueSerializer();
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
  return survivesClone(value, buffers) ? { clone: value, buffers } : { json: serializer.serialize(value) };
}

/** The value again, in the thread that it came to. @throws {TypeError} when it could not cross. */
export function unpack(crossing: Crossing): unknown {
  if ("problem" in crossing) throw new TypeError(crossing.problem);
  if ("json" in crossing) return serializer.deserialize(crossing.json);
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
