import type { ResultPreview } from "../../src/contracts/run-comm.js";
import { isFaithfulJson } from "../../src/display/faithful-json.js";
import { figureBundle } from "../../src/display/figure.js";
import { mediaBundle } from "../../src/display/media.js";
import type { MimeBundle } from "../../src/display/mime-bundle.js";
import { rowsOf } from "../../src/display/table-of.js";
import { valueText } from "../../src/display/value-bundle.js";
import { toErrorRecord } from "../../src/links/error-record.js";
import type { SerializerJson } from "../../src/result/result-serializer.js";
import { StoredBytes } from "../../src/result/stored-bytes.js";
import type { Store } from "../../src/store/store.js";
import { openValue } from "./opened-value.js";
import { previewRows } from "./preview-rows.js";
import { treeOf } from "./value-tree.js";

/** Characters of text and of JSON that a preview takes. */
const MOST_TEXT = 64 * 1024;

/**
 * A stored result as a person reads it.
 * @throws {TypeError} when its serializer is not known here, {CorruptResultError} when the store's copy is damaged.
 */
export async function previewResult(
  store: Store,
  resultId: string,
  serializer: SerializerJson,
): Promise<ResultPreview> {
  return await previewOpened(await openValue(store, resultId, serializer));
}

/** A value as a person reads it. @param from of a table: the first row wanted. */
export async function previewOpened(value: unknown, from = 0): Promise<ResultPreview> {
  return value instanceof StoredBytes ? await previewBytes(value) : previewValue(value, from);
}

/** How much of a stream is read, and how much of that is shown where it is no text. */
const HEAD_BYTES = 4096;
const SHOWN_BYTES = 256;

/** What bytes are, and how they begin: as text where they are text. */
async function previewBytes(bytes: StoredBytes): Promise<ResultPreview> {
  let head = Buffer.alloc(0);
  for await (const piece of bytes) {
    head = Buffer.concat([head, piece.subarray(0, HEAD_BYTES - head.length)]);
    if (head.length >= HEAD_BYTES) break;
  }
  const isAll = head.length === bytes.size;
  const shown = textOf(head) ?? hexOf(head);
  return { kind: "text", text: `${bytes}\n\n${shown}${isAll ? "" : "\n…"}`, truncated: !isAll };
}

/** Bytes as text, but for a character cut in two at their end; undefined where they are none. */
function textOf(head: Buffer): string | undefined {
  const text = new TextDecoder("utf8").decode(head, { stream: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what text does not have
  return /[\ufffd\u0000-\u0008\u000e-\u001a]/.test(text) ? undefined : text;
}

const hexOf = (head: Buffer): string => head.toString("hex", 0, SHOWN_BYTES).replace(/../g, "$& ").trimEnd();

/** A value in the form that suits it: rows, an error, what can be drawn, a tree, or text. */
export function previewValue(value: unknown, from = 0): ResultPreview {
  const rows = rowsOf(value);
  if (rows) return previewRows(rows, from);
  if (value instanceof Error) return { kind: "error", error: toErrorRecord(value) };
  const drawn = drawnBundle(value);
  if (drawn) return { kind: "mime", bundle: drawn };
  if (typeof value === "object" && isFaithfulJson(value, MOST_TEXT)) return { kind: "json", value };
  const tree = treeOf(value);
  if (tree) return { kind: "tree", tree };
  const text = typeof value === "string" ? value : valueText(value);
  return { kind: "text", text: text.slice(0, MOST_TEXT), truncated: text.length > MOST_TEXT };
}

/** Larger pictures and charts are not sent to be looked at. */
const MOST_DRAWN = 16 * 1024 * 1024;

function drawnBundle(value: unknown): MimeBundle | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Uint8Array) return value.byteLength <= MOST_DRAWN ? mediaBundle(value) : undefined;
  return richBundle(value) ?? figureBundle(value);
}

/** What `md`, `html`, `svg` and `latex` made: text with the language that it is written in. */
function richBundle(value: object): MimeBundle | undefined {
  const { mime, text, plain, ...more } = value as { [name: string]: unknown };
  if (typeof mime !== "string" || typeof text !== "string" || Object.keys(more).length > 0) return undefined;
  if (!/^(text|image)\/[\w.+-]+$/.test(mime)) return undefined;
  return { [mime]: text, "text/plain": typeof plain === "string" ? plain : "" };
}
