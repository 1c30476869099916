import { createHash } from "node:crypto";
import { types } from "node:util";
import { scalarSlot } from "./scalar-slots.js";
import { kindOf } from "./value-kinds.js";

/** Text longer than this stands in its parent as its hash, so that an object used often is walked once. */
const LONGEST_INLINE = 256;

/** An object on the way from the root to where the walk is. */
interface Frame {
  readonly object: object;
  readonly name: string;
  readonly parts: readonly Part[];
  readonly texts: string[];
}
/** A label that counts, and a value under it. */
type Part = readonly [label: string, value: unknown];

/** Something that has no content to compare: a function, a symbol, an instance of an unknown class. */
export class NoContent extends Error {}
class CycleFound extends Error {}

/**
 * Text that is equal for values of equal content. Keys of objects count sorted; Map and Set count in their order,
 * which belongs to them. Whether equal parts are one object does not count (JSON would lose it), except in a
 * value with cycles. An error's stack does not count: it says where, not what.
 * @throws {NoContent}
 */
export function canonicalText(value: unknown): string {
  try {
    return walk(value, false);
  } catch (error) {
    if (error instanceof CycleFound) return walk(value, true);
    throw error;
  }
}

function walk(root: unknown, cyclic: boolean): string {
  const texts = new Map<object, string>();
  const open = new Set<object>();
  const frames: Frame[] = [];
  /** The text of a part, or undefined after opening a frame that will give it. */
  const enter = (value: unknown): string | undefined => {
    if (typeof value !== "object" || value === null) return scalarText(value);
    const known = texts.get(value);
    if (known !== undefined) return known;
    if (open.has(value)) throw new CycleFound();
    if (cyclic) texts.set(value, `^${texts.size}`);
    else open.add(value);
    frames.push({ object: value, texts: [], ...contentOf(value) });
    return undefined;
  };

  let done = enter(root);
  for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
    if (done !== undefined) frame.texts.push(`${frame.parts[frame.texts.length]![0]}${done}`);
    done = undefined;
    while (frame.texts.length < frame.parts.length) {
      const [label, value] = frame.parts[frame.texts.length]!;
      const text = enter(value);
      if (text === undefined) break;
      frame.texts.push(`${label}${text}`);
    }
    if (frames.at(-1) !== frame) continue;
    const full = `${frame.name}(${frame.texts.join(",")})`;
    done = !cyclic && full.length > LONGEST_INLINE ? `#${sha256(full)}` : full;
    if (!cyclic) texts.set(frame.object, done);
    open.delete(frame.object);
    frames.pop();
  }
  return done!;
}

function scalarText(value: unknown): string {
  const slot = scalarSlot(value);
  if (slot === undefined) throw new NoContent(typeof value);
  return Array.isArray(slot) ? `<${slot.join(" ")}>` : JSON.stringify(slot);
}

function contentOf(value: object): { name: string; parts: readonly Part[] } {
  if (types.isNativeError(value) || value instanceof Error) return { name: "Error", parts: errorParts(value) };
  const prototype = Object.getPrototypeOf(value);
  const name = prototype === Object.prototype ? "Object" : kindOf(prototype)?.name;
  if (name === undefined) throw new NoContent("instance of an unknown class");
  if (name === "Object" || name === "Array") return { name, parts: propertyParts(value) };
  if (value instanceof Map)
    return {
      name,
      parts: [...value].flatMap(([key, item]) => [
        ["", key],
        ["=", item],
      ]),
    };
  if (value instanceof Set) return { name, parts: Array.from(value, (item) => ["", item] as const) };
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return { name, parts: [["", sha256(bytesIn(value))]] };
  return { name, parts: [["", value instanceof Date ? value.getTime() : String(value)]] };
}

function propertyParts(value: object): readonly Part[] {
  if (Object.getOwnPropertySymbols(value).length > 0) throw new NoContent("symbol key");
  const parts = Object.entries(value);
  if (!Array.isArray(value)) parts.sort(([left], [right]) => (left < right ? -1 : 1));
  else if (parts.length === value.length) return parts.map(([, item]) => ["", item] as const);
  else parts.unshift(["length", value.length]); // holes
  return parts.map(([key, item]) => [`${JSON.stringify(key)}:`, item] as const);
}

function errorParts(error: Error): readonly Part[] {
  const parts: Part[] = [
    ["class:", error.constructor?.name],
    ["name:", error.name],
    ["message:", error.message],
  ];
  if (Object.hasOwn(error, "cause")) parts.push(["cause:", error.cause]);
  if (Object.hasOwn(error, "errors")) parts.push(["errors:", (error as AggregateError).errors]);
  return [...parts, ...propertyParts({ ...error })];
}

const bytesIn = (value: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);

const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");
