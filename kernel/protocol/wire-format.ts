import { createHmac, timingSafeEqual } from "node:crypto";
import type { Json } from "../../src/contracts/json.js";
import { cleanJson } from "./clean-json.js";
import type { Header, JsonObject } from "./messages.js";
import type { ReplayMemory } from "./replay-memory.js";

/** A Jupyter message in memory. */
export interface Message {
  /** ZeroMQ routing frames of the client; on iopub the topic. */
  readonly identities: readonly Buffer[];
  readonly header: Header;
  /** Header of the request that caused it; empty when none did. */
  readonly parent: Header | Record<string, never>;
  readonly metadata: JsonObject;
  readonly content: JsonObject;
  readonly buffers: readonly Uint8Array[];
}

const DELIMITER = Buffer.from("<IDS|MSG>");
const EMPTY = Buffer.alloc(0);
const SIGNED_FRAMES = 4;

/** Writes `[...identities, "<IDS|MSG>", signature, header, parent, metadata, content, ...buffers]`. */
export function encode(message: Message, key: string): Buffer[] {
  const { header, parent, metadata, content } = message;
  const signed = [header, parent, metadata, content].map((part) => Buffer.from(toJson(part)));
  const buffers = message.buffers.map((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return [...message.identities, DELIMITER, Buffer.from(sign(signed, key)), ...signed, ...buffers];
}

/**
 * Reads what `encode` writes. The signature is checked before any frame is parsed: without it, every
 * local process that reaches the port could run code.
 * @param key HMAC key from the connection file; empty switches signing off.
 * @throws {SyntaxError} if the delimiter is missing, the signature does not match or was seen before, or a part is
 * not what the protocol says.
 */
export function decode(frames: readonly Buffer[], key: string, seen: ReplayMemory): Message {
  const split = frames.findIndex((frame) => frame.equals(DELIMITER));
  if (split < 0) throw new SyntaxError("Cannot decode message: delimiter is missing");
  const [signature = EMPTY, ...rest] = frames.slice(split + 1);
  const signed = rest.slice(0, SIGNED_FRAMES);
  if (signed.length < SIGNED_FRAMES) throw new SyntaxError("Cannot decode message: frames are missing");
  if (key !== "") {
    if (!sameBytes(signature, Buffer.from(sign(signed, key))))
      throw new SyntaxError("Cannot decode message: signature does not match");
    if (!seen.admit(signature.toString("latin1")))
      throw new SyntaxError("Cannot decode message: it was received before");
  }
  const [header, parent, metadata, content] = signed.map(parseObject) as [
    JsonObject,
    JsonObject,
    JsonObject,
    JsonObject,
  ];
  for (const name of ["msg_id", "msg_type", "session"])
    if (typeof header[name] !== "string") throw new SyntaxError(`Cannot decode message: header has no "${name}"`);
  return {
    identities: frames.slice(0, split),
    header: header as unknown as Header,
    parent: parent as unknown as Message["parent"],
    metadata,
    content,
    buffers: rest.slice(SIGNED_FRAMES),
  };
}

function sign(signed: readonly Buffer[], key: string): string {
  if (key === "") return "";
  const hmac = createHmac("sha256", key);
  for (const frame of signed) hmac.update(frame);
  return hmac.digest("hex");
}

/** Constant-time for equal lengths; the length of a signature is no secret. */
const sameBytes = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

function parseObject(frame: Buffer): JsonObject {
  const value = parse(frame);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new SyntaxError("Cannot decode message: a part is not a JSON object");
  return value;
}

function parse(frame: Buffer): Json {
  try {
    return JSON.parse(frame.toString()) as Json;
  } catch (cause) {
    throw new SyntaxError("Cannot decode message: a part is not JSON", { cause });
  }
}

// JSON.stringify escapes a lone surrogate; Jupyter's server reads the escape and then cannot write UTF-8.
const LONE_SURROGATE = /\\ud[89a-f]/;

function toJson(part: object): string {
  try {
    const text = JSON.stringify(part);
    if (!LONE_SURROGATE.test(text)) return text;
  } catch {
    // a cycle or a BigInt: written by the careful way below
  }
  return JSON.stringify(cleanJson(part));
}
