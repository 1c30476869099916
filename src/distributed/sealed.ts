import { createHmac, timingSafeEqual } from "node:crypto";

/** What a text is: a signature of one kind is none of another. */
export type SealedKind = "order" | "outcome";

/** Stands where the signature would, when there is no key. */
const UNSIGNED = "-";

/** A text whose signature is missing, or was made with another key. */
export class ForeignSealError extends Error {}

/**
 * Signs a text with HMAC-SHA256, so that whoever can write to the queue and has no key can have nothing run.
 * @param key null leaves it unsigned: for a queue on this machine alone
 */
export function seal(kind: SealedKind, text: string, key: string | null): string {
  return `${key === null ? UNSIGNED : signature(kind, text, key)}.${text}`;
}

/** The text. The signature is compared in constant time, and before anything of the text is parsed. @throws {ForeignSealError} */
export function unseal(kind: SealedKind, sealed: string, key: string | null): string {
  const dot = sealed.indexOf(".");
  const [found, text] = [sealed.slice(0, Math.max(0, dot)), sealed.slice(dot + 1)];
  const wanted = key === null ? UNSIGNED : signature(kind, text, key);
  const [a, b] = [Buffer.from(found), Buffer.from(wanted)];
  if (a.length === b.length && timingSafeEqual(a, b)) return text;
  throw new ForeignSealError(
    found === UNSIGNED ? "it is not signed" : key === null ? "it is signed" : "it is signed with another key",
  );
}

const signature = (kind: SealedKind, text: string, key: string): string =>
  createHmac("sha256", key).update(`${kind}\n`).update(text, "utf8").digest("base64url");
