import { inspect } from "node:util";
import { masked, maskText } from "../../result/masking.js";
import { SecretText } from "../../result/secret-text.js";

const LONGEST = 40;
const MOST_PARTS = 6;

/**
 * A value in at most 60 characters, to tell an old one from a new one: `5`, `"https://…"`, `[ 1, 2 ]`,
 * `Array(1000)`. Takes as long for a huge value as for a small one. Never throws.
 */
export function shortValue(value: unknown): string {
  if (value instanceof SecretText) return value.name;
  if (typeof value === "string") return textOf(maskText(value));
  if (typeof value !== "object" || value === null) return scalarText(value);
  try {
    return objectText(value);
  } catch {
    return "object"; // code of the value's own failed: it is only to be looked at
  }
}

const textOf = (value: string): string =>
  JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);

function scalarText(value: unknown): string {
  if (typeof value === "function") return "function";
  return inspect(value).slice(0, LONGEST);
}

function objectText(value: object): string {
  if (value instanceof Date) return inspect(value);
  const isList = Array.isArray(value);
  const name = value.constructor?.name ?? "Object";
  if (isList || value.constructor === Object) {
    const parts: unknown[] = isList ? value.slice(0, MOST_PARTS + 1) : Object.values(value).slice(0, MOST_PARTS + 1);
    if (parts.length <= MOST_PARTS && parts.every(isScalar)) {
      const text = inspect(masked(value), { breakLength: Number.POSITIVE_INFINITY, maxStringLength: LONGEST });
      if (text.length <= LONGEST) return text;
    }
    return isList ? `Array(${value.length})` : `Object(${Object.keys(value).length})`;
  }
  const { size, length } = value as { size?: unknown; length?: unknown };
  const count = size ?? length;
  return (typeof count === "number" ? `${name}(${count})` : name).slice(0, LONGEST);
}

const isScalar = (value: unknown): boolean => value === null || !["object", "function"].includes(typeof value);
