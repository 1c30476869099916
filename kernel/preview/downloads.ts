import { inspect } from "node:util";
import type { DownloadFormat, DownloadStart } from "../../src/contracts/run-comm.js";
import { mediaBundle } from "../../src/display/media.js";
import type { RowSource } from "../../src/display/row-source.js";
import { rowsOf } from "../../src/display/table-of.js";
import type { SerializerJson } from "../../src/result/result-serializer.js";
import { StoredBytes } from "../../src/result/stored-bytes.js";
import type { Store } from "../../src/store/store.js";
import { openValue } from "./opened-value.js";

/** Bytes in one piece, about; each is asked for when the one before has arrived. */
const PIECE_BYTES = 512 * 1024;
const PIECE_ROWS = 2000;
/** Downloads that nobody went on with: the oldest is given up for a new one. */
const MOST_OPEN = 8;

interface Download {
  readonly pieces: AsyncIterator<Buffer>;
}

/** Results on their way to a person's disk, piece by piece, at any size. */
export class Downloads {
  readonly #open = new Map<number, Download>();
  #last = 0;

  constructor(private readonly store: Store) {}

  /** @throws {TypeError} when the result has no such form. */
  async start(resultId: string, serializer: SerializerJson, format: DownloadFormat): Promise<DownloadStart> {
    const name = `result-${resultId.slice(0, 8)}`;
    if (format === "raw") {
      const value = await openValue(this.store, resultId, serializer).catch(() => undefined); // then what is stored is all there is
      if (value instanceof Uint8Array) {
        const { type, ending } = kindOf(value);
        return this.#add(`${name}.${ending}`, type, bytesOf(value));
      }
      if (value instanceof StoredBytes) return this.#add(`${name}.bin`, OCTETS, bytesOf(value));
      if (typeof value === "string") return this.#add(`${name}.txt`, "text/plain", cut([value]));
      const text = await this.store.readResult(resultId);
      return this.#add(`${name}.stored.json`, "application/json", cut([text]));
    }
    const value = await openValue(this.store, resultId, serializer);
    if (format === "json") return this.#add(`${name}.json`, "application/json", cut(jsonTexts(value)));
    const rows = rowsOf(value);
    if (!rows) throw new TypeError("Cannot write the result as CSV: it is no table; download it as JSON");
    return this.#add(`${name}.csv`, "text/csv", cut(csvTexts(rows)));
  }

  /** The next piece; null when there is none left. @throws {RangeError} for a download that is over. */
  async next(download: number): Promise<Buffer | null> {
    const open = this.#open.get(download);
    if (!open) throw new RangeError("Cannot go on with the download: it was given up; start it again");
    try {
      const { value, done } = await open.pieces.next();
      if (!done) return value as Buffer;
    } catch (error) {
      this.#open.delete(download);
      throw error;
    }
    this.#open.delete(download);
    return null;
  }

  #add(name: string, type: string, pieces: AsyncIterable<Buffer>): DownloadStart {
    for (const oldest of this.#open.keys()) {
      if (this.#open.size < MOST_OPEN) break;
      this.#open.delete(oldest);
    }
    this.#last += 1;
    this.#open.set(this.#last, { pieces: pieces[Symbol.asyncIterator]() });
    return { download: this.#last, name, type };
  }
}

const OCTETS = "application/octet-stream";

const ENDINGS: { readonly [mime: string]: string } = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/gif": "gif",
  "image/webp": "webp",
  "application/pdf": "pdf",
};

function kindOf(bytes: Uint8Array): { readonly type: string; readonly ending: string } {
  const type = Object.keys(mediaBundle(bytes) ?? {}).find((mime) => Object.hasOwn(ENDINGS, mime));
  return type ? { type, ending: ENDINGS[type]! } : { type: OCTETS, ending: "bin" };
}

async function* bytesOf(bytes: StoredBytes | Uint8Array): AsyncGenerator<Buffer> {
  const chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array> = bytes instanceof Uint8Array ? [bytes] : bytes;
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) yield Buffer.from(chunk.subarray(at, at + PIECE_BYTES));
}

/** Texts as pieces of even size. */
async function* cut(texts: Iterable<string>): AsyncGenerator<Buffer> {
  let gathered: Buffer[] = [];
  let size = 0;
  for (const text of texts) {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const part = bytes.subarray(at, at + PIECE_BYTES);
      gathered.push(part);
      size += part.length;
      if (size < PIECE_BYTES) continue;
      yield Buffer.concat(gathered);
      gathered = [];
      size = 0;
    }
  }
  if (size > 0) yield Buffer.concat(gathered);
}

function* jsonTexts(value: unknown): Generator<string> {
  const rows = rowsOf(value);
  if (!rows) {
    yield `${JSON.stringify(value, jsonReady, 2) ?? "null"}\n`;
    return;
  }
  let first = true;
  for (const row of eachRow(rows)) {
    const record = Object.fromEntries(rows.columns.map((name, index) => [name, row[index]]));
    yield `${first ? "[\n" : ",\n"}${JSON.stringify(record, jsonReady)}`;
    first = false;
  }
  yield "\n]\n";
}

/** What JSON has no form for, in the form that says most. */
function jsonReady(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Map)
    return value.size > 0 && [...value.keys()].every((key) => typeof key === "string")
      ? Object.fromEntries(value)
      : [...value];
  if (value instanceof Set) return [...value];
  if (value instanceof Error)
    return { name: value.name, message: value.message, stack: value.stack, cause: value.cause };
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as unknown as ArrayLike<unknown>);
  return value;
}

/** https://www.rfc-editor.org/rfc/rfc4180 */
function* csvTexts(rows: RowSource): Generator<string> {
  yield csvLine(rows.columns);
  for (const row of eachRow(rows)) yield csvLine(rows.columns.map((_, index) => csvText(row[index])));
}

function* eachRow(rows: RowSource): Generator<readonly unknown[]> {
  for (let from = 0; from < rows.totalRows; from += PIECE_ROWS)
    yield* rows.rows(from, Math.min(rows.totalRows, from + PIECE_ROWS));
}

function csvText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "" : value.toISOString();
  if (typeof value !== "object") return String(value);
  return JSON.stringify(value, jsonReady) ?? inspect(value);
}

const csvLine = (fields: readonly string[]): string => `${fields.map(csvField).join(",")}\r\n`;

/** Text that a spreadsheet would take for a formula is kept from being one. */
function csvField(text: string): string {
  const inert = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
