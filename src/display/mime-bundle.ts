import type { Json } from "../contracts/json.js";

/** One output in several forms; a front end shows the richest it knows. */
export type MimeBundle = { readonly [mime: string]: Json };

/** Bytes that one output may take, by form. A notebook keeps every one of them. */
export const BUNDLE_LIMITS = { json: 64 * 1024, html: 32 * 1024, svg: 64 * 1024 } as const;

/** A record as plain JSON: what a reader gets after the wire, without properties that are undefined. */
export const toJson = (record: object): Json => JSON.parse(JSON.stringify(record)) as Json;

/** Size in UTF-8. */
export const byteLength = (text: string): number => Buffer.byteLength(text, "utf8");
