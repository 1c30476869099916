import { createHash } from "node:crypto";
import { types } from "node:util";
import { isPlainArray } from "./plain-array.js";
import { scalarSlot } from "./scalar-slots.js";
import { SecretText } from "./secret-text.js";
import { StoredBytes } from "./stored-bytes.js";
import { kindOf } from "./value-kinds.js";

/** Text longer than this stands in its parent as its hash, so that an object used often is walked once. */
const LONGEST_INLINE = 256;

/** What an object's text is made of: values, each under a label that counts. */
interface Content {
  readonly name: string;
  readonly labels?: readonly string[];
  readonly values: readonly unknown[];
}
/** An object on the way from the root to where the walk is. */
interface Frame {
  readonly object: object;
  readonly content: Content;
  readonly texts: string[];
}

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

/** The text of a list of which only the texts of the items are known: the same as of the list itself. */
export const canonicalList = (texts: readonly string[]): string => short(`Array(${texts.join(",")})`);

/** The text of a plain object of which only the texts of the values are known. */
export const canonicalRecord = (entries: readonly (readonly [name: string, text: string])[]): string => {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return short(`Object(${sorted.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")})`);
};

const short = (text: string): string => (text.length > LONGEST_INLINE ? `#${sha256(text)}` : text);

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
    frames.push({ object: value, content: contentOf(value), texts: [] });
    return undefined;
  };

  let done = enter(root);
  for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
    const { content, texts: parts } = frame;
    if (done !== undefined) addPart(frame, done);
    done = undefined;
    while (parts.length < content.values.length) {
      const text = enter(content.values[parts.length]);
      if (text === undefined) break;
      addPart(frame, text);
    }
    if (frames.at(-1) !== frame) continue;
    const full = `${content.name}(${parts.join(",")})`;
    done = cyclic ? full : short(full);
    if (!cyclic) texts.set(frame.object, done);
    open.delete(frame.object);
    frames.pop();
  }
  return done!;
}

function addPart({ content, texts }: Frame, text: string): void {
  const label = content.labels?.[texts.length];
  texts.push(label === undefined ? text : `${label}:${text}`);
}

function scalarText(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  const slot = scalarSlot(value);
  if (slot === undefined) throw new NoContent(typeof value);
  return Array.isArray(slot) ? `<${slot.join(" ")}>` : String(slot);
}

function contentOf(value: object): Content {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return propertiesOf(value);
  if (types.isNativeError(value) || value instanceof Error) return errorContent(value);
  const name = kindOf(prototype)?.name;
  if (name === undefined) throw new NoContent("instance of an unknown class");
  if (Array.isArray(value)) return arrayContent(value);
  if (value instanceof Map) return { name, values: [...value].flat() };
  if (value instanceof Set) return { name, values: [...value] };
  if (value instanceof StoredBytes) return { name, values: [value.sha256] };
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return { name, values: [sha256(bytesIn(value))] };
  if (value instanceof SecretText) return { name, values: [value.name, value.hash] };
  if (value instanceof Date) return { name, values: [value.getTime()] };
  return prototype === null ? propertiesOf(value) : { name, values: [String(value)] };
}

function propertiesOf(value: object, name = "Object"): Content {
  if (Object.getOwnPropertySymbols(value).length > 0) throw new NoContent("symbol key");
  const keys = Object.keys(value).sort();
  return { name, labels: keys.map((key) => JSON.stringify(key)), values: keys.map((key) => (value as never)[key]) };
}

/** Holes are no keys; the length tells of those at the end. */
function arrayContent(array: readonly unknown[]): Content {
  if (isPlainArray(array)) return { name: "Array", values: array };
  const { labels, values } = propertiesOf(array);
  return { name: "Array", labels: ["length", ...labels!], values: [array.length, ...values] };
}

function errorContent(error: Error): Content {
  const own = propertiesOf({ ...error }, "Error");
  const labels = ["class", "name", "message", ...own.labels!];
  const values = [error.constructor?.name, error.name, error.message, ...own.values];
  for (const key of ["cause", "errors"] as const) {
    if (!Object.hasOwn(error, key)) continue;
    labels.push(key);
    values.push((error as AggregateError)[key]);
  }
  return { name: "Error", labels, values };
}

const bytesIn = (value: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);

const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");
