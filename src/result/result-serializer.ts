import type { Json } from "../contracts/json.js";
import type { ByteShelf } from "./byte-shelf.js";

/** Turns values of one kind into JSON and back. */
export interface ResultSerializer<T = unknown> {
  /** Stable name, stored beside every value. */
  readonly type: string;
  /** Enough to make the serializer again in another process. */
  readonly config?: { readonly [key: string]: Json };
  /**
   * The value as JSON. @throws {SerializeError} naming the path that does not fit.
   * @param shelf takes large bytes, where the value goes to a store; may be left alone
   */
  serialize(value: T, shelf?: ByteShelf): Json | Promise<Json>;
  /**
   * The value again; the blob is left as it is. @throws when the blob is damaged or forged.
   * @param shelf has what `serialize` put on it
   */
  deserialize(blob: Json, shelf?: ByteShelf): T | Promise<T>;
}

/** A serializer as it is stored: its type beside its config. */
export interface SerializerJson {
  readonly type: string;
  readonly [key: string]: Json;
}

/** What is stored of a serializer, so that `reviveSerializer` makes it again. */
export function serializerJson(serializer: Pick<ResultSerializer, "type" | "config">): SerializerJson {
  const { type, config } = serializer;
  if (config && Object.hasOwn(config, "type"))
    throw new TypeError(`Cannot store serializer "${type}": its config may not have a key "type"`);
  return { type, ...config };
}
