import { createHash } from "node:crypto";
import { canonicalText } from "./canonical-text.js";

/** Lower-case hex SHA-256 of a text in UTF-8: the id of stored bytes. */
export const contentHash = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

/**
 * Hash of a live value's content, equal for a fresh, a stored and a reloaded value; `canonicalText` says what
 * counts. Null when there is nothing to compare (a function, an instance of an unknown class, a getter that throws).
 */
export function hashValue(value: unknown): string | null {
  const text = canonicalOf(value);
  return text === null ? null : contentHash(text);
}

/** The text that `hashValue` hashes: short, or itself a hash; null where there is nothing to compare. */
export function canonicalOf(value: unknown): string | null {
  try {
    return canonicalText(value);
  } catch {
    return null; // for whatever reason: without a hash there is no cache hit, which is always right
  }
}
