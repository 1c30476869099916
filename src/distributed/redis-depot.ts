import { randomUUID } from "node:crypto";
import type { Depot } from "./dispatch.js";
import type { RedisCalls } from "./redis-calls.js";
import { KEPT_SECONDS, type RedisNames } from "./redis-names.js";

/** A piece holds up nobody else for long. */
const PIECE_BYTES = 1024 * 1024;
/** What a putter that died has left goes after this. */
const HALF_PUT_SECONDS = 600;

/** The depot in Redis itself: each content is a list of pieces. */
export class RedisDepot implements Depot {
  constructor(
    private readonly redis: RedisCalls,
    private readonly names: RedisNames,
  ) {}

  async holds(names: readonly string[]): Promise<ReadonlySet<string>> {
    const replies = await this.redis.calls(names.map((name) => ["EXPIRE", this.names.depot(name), KEPT_SECONDS]));
    return new Set(names.filter((_, index) => replies[index] === 1));
  }

  async put(name: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const made = this.names.depot(`half-put-${randomUUID()}`);
    let pieces = 0;
    const push = async (piece: Uint8Array): Promise<void> => {
      await this.redis.call("RPUSH", made, piece);
      if (pieces === 0) await this.redis.call("EXPIRE", made, HALF_PUT_SECONDS);
      pieces += 1;
    };
    for await (const part of content)
      for (let at = 0; at < part.byteLength; at += PIECE_BYTES) await push(part.subarray(at, at + PIECE_BYTES));
    if (pieces === 0) await push(new Uint8Array(0));
    await this.redis.call("RENAME", made, this.names.depot(name));
    await this.redis.call("EXPIRE", this.names.depot(name), KEPT_SECONDS);
  }

  async get(name: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const key = this.names.depot(name);
    const first = (await this.redis.callBuffer("LINDEX", key, 0)) as Buffer | null;
    return first === null ? undefined : this.#pieces(key, first);
  }

  async *#pieces(key: string, first: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
    let piece: Buffer | null = first;
    for (let index = 1; piece !== null; index += 1) {
      yield piece;
      piece = (await this.redis.callBuffer("LINDEX", key, index)) as Buffer | null;
    }
  }
}
