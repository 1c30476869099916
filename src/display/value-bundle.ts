import { type InspectOptions, inspect } from "node:util";
import { isFaithfulJson } from "./faithful-json.js";
import { figureBundle } from "./figure.js";
import { mediaBundle } from "./media.js";
import type { MimeBundle } from "./mime-bundle.js";
import { tableBundle } from "./table.js";
import { tableOf } from "./table-of.js";

const MOST_JSON = 8 * 1024;
const MOST_TEXT = 32 * 1024;

/**
 * Any value as an output, by what it is: picture, chart, table, else a tree as text, with JSON beside it
 * where that takes more than a line, is small and says all. Never throws: a value whose getters or proxies throw is said to.
 */
export function valueBundle(value: unknown): MimeBundle {
  try {
    return knownBundle(value) ?? plainBundle(value);
  } catch {
    // a revoked Proxy, a getter that throws: what follows looks at less
  }
  try {
    return plainBundle(value);
  } catch (error) {
    return { "text/plain": `[value that cannot be shown: ${reasonOf(error)}]` };
  }
}

function reasonOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : "it throws";
  } catch {
    return "it throws";
  }
}

/** A value as text, without colours; the end of a large one is left out and counted. */
export function valueText(value: unknown): string {
  const text = inspected(value);
  if (text.length <= MOST_TEXT) return text;
  return `${text.slice(0, MOST_TEXT)}\n… ${(text.length - MOST_TEXT).toLocaleString("en")} more characters`;
}

const AS_TEXT: InspectOptions = { depth: 5, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100 };

function inspected(value: unknown): string {
  try {
    return inspect(value, AS_TEXT);
  } catch {
    return inspect(value, { ...AS_TEXT, customInspect: false }); // its own method throws
  }
}

function knownBundle(value: unknown): MimeBundle | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Uint8Array) return mediaBundle(value);
  const table = tableOf(value);
  return table ? tableBundle(table) : figureBundle(value);
}

function plainBundle(value: unknown): MimeBundle {
  const text = valueText(value);
  const tree = text.includes("\n") && isFaithfulJson(value, MOST_JSON); // one line is read faster than a tree
  return tree ? { "application/json": value, "text/plain": text } : { "text/plain": text };
}
