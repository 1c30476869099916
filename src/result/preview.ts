import { inspect, types } from "node:util";
import { hasSecrets, maskText } from "./masking.js";

const MOST_BYTES = 2048;
const MOST_ITEMS = 20;
const DEEPEST = 4;
const SHAPE = {
  depth: DEEPEST,
  maxArrayLength: MOST_ITEMS + 1, // and the line that counts the rest
  maxStringLength: 500,
  breakLength: 100,
  numericSeparator: false,
} as const;

/** A value as text for a person, at most 2 KiB. Never throws; takes about as long for a huge value as for a small one. */
export function preview(value: unknown): string {
  try {
    return cut(inspect(excerpt(value, 0, new Map()), SHAPE));
  } catch {
    return describeTag(value); // code of the value's own (a getter, a custom inspect) failed: not our error
  }
}

/** The value with only as much in it as is shown: `inspect` itself walks through every key of an object. */
function excerpt(value: unknown, depth: number, copies: Map<object, object>): unknown {
  if (typeof value === "string" && hasSecrets()) return maskText(value.slice(0, MOST_BYTES)); // before it is cut
  if (typeof value !== "object" || value === null || types.isProxy(value) || depth > DEEPEST) return value;
  const known = copies.get(value);
  if (known) return known;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Array.prototype && prototype !== Object.prototype && prototype !== null) return value;
  const copy = prototype === Array.prototype ? [] : Object.create(prototype);
  copies.set(value, copy);
  const keys = Array.isArray(value) ? indexes(value.length) : Object.keys(value);
  for (const key of keys.slice(0, MOST_ITEMS)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (!property) continue; // a hole
    if ("value" in property) property.value = excerpt(property.value, depth + 1, copies);
    Object.defineProperty(copy, key, { ...property, configurable: true });
  }
  const size = Array.isArray(value) ? value.length : keys.length;
  if (Array.isArray(value)) copy.length = Math.min(size, MOST_ITEMS);
  if (size > MOST_ITEMS) addRest(copy, size - MOST_ITEMS);
  return copy;
}

function addRest(copy: object, count: number): void {
  const rest = { [inspect.custom]: () => `… ${count} more` };
  if (Array.isArray(copy)) copy.push(rest);
  else Object.defineProperty(copy, "…", { value: rest, enumerable: true, configurable: true });
}

const indexes = (length: number): string[] =>
  Array.from({ length: Math.min(length, MOST_ITEMS) }, (_, index) => String(index));

function cut(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MOST_BYTES) return text;
  return `${bytes
    .subarray(0, MOST_BYTES - 3)
    .toString("utf8")
    .replace(/\ufffd+$/, "")}…`;
}

function describeTag(value: unknown): string {
  try {
    return Object.prototype.toString.call(value);
  } catch {
    return "[value that cannot be shown]"; // even its tag is code that fails
  }
}
