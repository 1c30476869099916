import type { Json } from "../contracts/json.js";
import type { MimeBundle } from "./mime-bundle.js";

/**
 * What an author's display method gave, as a bundle that every front end can read: text stays, bytes become base64,
 * everything else plain JSON.
 * @throws {TypeError} saying what it gave instead.
 */
export function ownBundle(given: unknown): MimeBundle {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new TypeError(`it gave ${kindOf(given)}, not an object of MIME types`);
  const bundle: { [mime: string]: Json } = {};
  for (const [mime, data] of Object.entries(given)) {
    if (!mime.includes("/")) throw new TypeError(`it gave ${JSON.stringify(mime)}, which is no MIME type`);
    if (data !== undefined) bundle[mime] = jsonOf(mime, data);
  }
  if (Object.keys(bundle).length === 0) throw new TypeError("it gave an object without MIME types");
  return bundle;
}

function jsonOf(mime: string, data: unknown): Json {
  if (data instanceof Uint8Array) return Buffer.from(data).toString("base64");
  if (typeof data === "string") return data;
  const text = JSON.stringify(data); // a cycle or a BigInt throws
  if (text === undefined) throw new TypeError(`it gave ${kindOf(data)} for ${JSON.stringify(mime)}`);
  return JSON.parse(text) as Json;
}

const kindOf = (value: unknown): string =>
  value === null || value === undefined ? String(value) : Array.isArray(value) ? "an array" : `a ${typeof value}`;
