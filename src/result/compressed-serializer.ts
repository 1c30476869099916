import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Json } from "../contracts/json.js";
import { type ResultSerializer, type SerializerJson, serializerJson } from "./result-serializer.js";
import { SerializeError } from "./serialize-error.js";
import { ValueSerializer } from "./value-serializer.js";

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Text longer than this is refused in both directions: it would not fit into one text of V8's. */
const MOST_BYTES = 512 * 1024 * 1024 - 64;
/** A small blob may claim to be a huge one: what is read grows to so many times its size, and to so many bytes. */
const MOST_GROWTH = 100;
const MOST_INFLATED = 1024 * 1024 * 1024;
/** Anything may grow to this. */
const FREE_BYTES = 64 * 1024;
/** Sets how many bytes a value may have once it is inflated, whatever its size. */
const SETTING = "CELLAR_INFLATE_BYTES";

/** What makes a CompressedSerializer. */
export interface CompressedOptions<T> {
  /** Makes the JSON that is compressed. @default ValueSerializer */
  readonly inner?: ResultSerializer<T>;
  /** gzip level, 1 (fast) to 9 (small). @default 6 */
  readonly level?: number;
}

/** Keeps what another serializer makes, compressed: `{"gzip": base64}`. */
export class CompressedSerializer<T = unknown> implements ResultSerializer<T> {
  readonly type = "compressed";
  readonly config: { readonly [key: string]: Json };
  readonly #inner: ResultSerializer<T>;
  readonly #level: number;

  constructor({
    inner = new ValueSerializer() as ResultSerializer<unknown> as ResultSerializer<T>,
    level = 6,
  }: CompressedOptions<T> = {}) {
    if (!Number.isInteger(level) || level < 1 || level > 9)
      throw new TypeError(`Cannot make CompressedSerializer: level ${String(level)} is not from 1 to 9`);
    this.#inner = inner;
    this.#level = level;
    this.config = { inner: serializerJson(inner), level };
  }

  /** @throws {TypeError} when the stored config makes no sense. */
  static revive(
    config: { readonly [key: string]: Json },
    reviveInner: (json: SerializerJson) => ResultSerializer,
  ): CompressedSerializer {
    return new CompressedSerializer({ inner: reviveInner(innerJson(config)), level: config.level as number });
  }

  async serialize(value: T): Promise<Json> {
    const text = JSON.stringify(await this.#inner.serialize(value));
    const bytes = Buffer.from(text);
    if (bytes.length > MOST_BYTES) throw new SerializeError("result", `longer than ${MOST_BYTES} bytes of JSON`);
    return { gzip: padded(await compress(bytes, { level: this.#level }), bytes.length).toString("base64") };
  }

  async deserialize(blob: Json): Promise<T> {
    return await this.#inner.deserialize(await unpacked(blob));
  }
}

/** What shrank by more than it may grow again gets zeros behind it: gzip ends before them, the reader counts them. */
function padded(packed: Buffer, size: number): Buffer {
  const missing = size <= FREE_BYTES ? 0 : Math.ceil(size / MOST_GROWTH) - packed.length;
  return missing > 0 ? Buffer.concat([packed, Buffer.alloc(missing)]) : packed;
}

/** How many bytes may come out of so many. @throws {TypeError} for a setting that is no number of bytes */
function mostInflated(packed: number): number {
  const setting = process.env[SETTING];
  if (!setting) return Math.min(MOST_INFLATED, Math.max(FREE_BYTES, packed * MOST_GROWTH));
  if (/^\d+$/.test(setting)) return Number(setting);
  throw new TypeError(`${SETTING} is ${JSON.stringify(setting)}, which is no number of bytes`);
}

async function unpacked(blob: Json): Promise<Json> {
  try {
    const packed = typeof blob === "object" && blob !== null && !Array.isArray(blob) ? blob.gzip : undefined;
    if (typeof packed !== "string") throw new SyntaxError("expected gzip");
    const bytes = Buffer.from(packed, "base64");
    const most = mostInflated(bytes.length);
    const whole = await decompress(bytes, { maxOutputLength: most }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ERR_BUFFER_TOO_LARGE") throw error;
      throw new RangeError(
        `its ${bytes.length} bytes become more than ${most}; allow that by ${SETTING}=<bytes> where you trust it`,
      );
    });
    return JSON.parse(whole.toString("utf8")) as Json;
  } catch (error) {
    throw new SyntaxError(`Cannot decompress value: ${(error as Error).message}`, { cause: error });
  }
}

/** The stored form of a serializer that another one wraps. @throws {TypeError} when there is none. */
export function innerJson(config: { readonly [key: string]: Json }): SerializerJson {
  const { inner } = config;
  if (typeof inner !== "object" || inner === null || Array.isArray(inner) || typeof inner.type !== "string")
    throw new TypeError("Cannot revive serializer: its inner serializer is missing");
  return inner as SerializerJson;
}
