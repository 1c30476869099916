import type { Json } from "../../src/contracts/json.js";

/**
 * Any value as JSON that every client can read: BigInt as text, NaN and ±Infinity as null, a cycle as
 * "[Circular]", undefined and functions left out, lone surrogates replaced.
 */
export function cleanJson(value: unknown): Json {
  return clean(value, []) ?? null;
}

function clean(value: unknown, above: readonly object[]): Json | undefined {
  if (typeof value === "string") return wellFormed(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "boolean" || value === null) return value;
  if (typeof value !== "object") return undefined;
  if (above.includes(value)) return "[Circular]";
  const path = [...above, value];
  if (hasToJson(value)) return clean(value.toJSON(), path);
  if (Array.isArray(value)) return value.map((item) => clean(item, path) ?? null);
  const entries = Object.entries(value).flatMap(([key, item]): [string, Json][] => {
    const kept = clean(item, path);
    return kept === undefined ? [] : [[wellFormed(key), kept]];
  });
  return Object.fromEntries(entries);
}

const hasToJson = (value: object): value is { toJSON(): unknown } =>
  "toJSON" in value && typeof value.toJSON === "function";

/** `String.prototype.toWellFormed`, which the ES2023 library does not declare. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\uFFFD");
