import type { Redis } from "ioredis";
import { loadOptional } from "./optional-package.js";
import { shownAddress } from "./queue-address.js";
import { isFinal, troubleOf } from "./queue-trouble.js";
import type { RedisCalls } from "./redis-calls.js";
import type { RedisScript } from "./redis-names.js";

/** How long a queue may take to answer at first. */
const OPEN_MS = 5000;
const LONGEST_RETRY_MS = 1000;

/** ioredis sends Buffers as they are, and other bytes as text. */
const sendable = (part: string | number | Uint8Array): string | number | Buffer =>
  part instanceof Uint8Array ? Buffer.from(part.buffer, part.byteOffset, part.byteLength) : part;

/** A connection to Redis, which tries again for ever once it was open. */
export class RedisLink implements RedisCalls {
  /** As the last error said. */
  #trouble: Error | undefined;
  readonly #away = new Set<(isAway: boolean) => void>();
  #isAway = false;
  #isAwaited = true;
  #isClosed = false;

  /** @internal not in the published types: they must hold where the optional package is not installed */
  readonly client: Redis;

  private constructor(
    client: Redis,
    private readonly url: URL,
  ) {
    this.client = client;
    client.on("error", (error) => {
      this.#trouble = error;
    });
    client.on("close", () => this.#tell(true));
    client.on("ready", () => this.#tell(false));
    client.on("connect", () => this.keepAlive(this.#isAwaited)); // another socket
  }

  /** @throws {Error} when nothing answers within some seconds, or it refuses. */
  static async open(url: URL): Promise<RedisLink> {
    const { Redis } = await loadOptional("ioredis", () => import("ioredis"));
    const client = new Redis(url.href, {
      lazyConnect: true,
      connectTimeout: OPEN_MS,
      maxRetriesPerRequest: null,
      retryStrategy: (times) => Math.min(50 * times, LONGEST_RETRY_MS),
    });
    const link = new RedisLink(client, url);
    try {
      await link.#ready();
      return link;
    } catch (error) {
      client.disconnect();
      throw error;
    }
  }

  /** A further connection of the same kind, for commands that wait. */
  second(): RedisLink {
    return new RedisLink(this.client.duplicate(), this.url);
  }

  onAway(listener: (isAway: boolean) => void): void {
    this.#away.add(listener);
  }

  call(command: string, ...args: (string | number | Uint8Array)[]): Promise<unknown> {
    return this.client.call(command, args.map(sendable));
  }

  callBuffer(command: string, ...args: (string | number | Uint8Array)[]): Promise<unknown> {
    return this.client.callBuffer(command, args.map(sendable));
  }

  async calls(commands: readonly (readonly (string | number | Uint8Array)[])[]): Promise<readonly unknown[]> {
    if (commands.length === 0) return [];
    const pipeline = this.client.pipeline();
    for (const [command, ...args] of commands) pipeline.call(String(command), ...args.map(sendable));
    return (await pipeline.exec())!.map(([error, reply]) => error ?? reply);
  }

  /** Runs a script; Redis compiles it once. */
  run({ lua, keys }: RedisScript, ...args: (string | number)[]): Promise<unknown> {
    return this.client.eval(lua, keys, ...args);
  }

  /** Whether the connection keeps the process alive. */
  keepAlive(isAwaited: boolean): void {
    this.#isAwaited = isAwaited;
    const socket = (this.client as { stream?: { ref(): void; unref(): void } }).stream;
    if (isAwaited) socket?.ref();
    else socket?.unref();
  }

  close(): void {
    this.#isClosed = true;
    this.client.disconnect();
  }

  #tell(isAway: boolean): void {
    if (isAway === this.#isAway || this.#isClosed) return;
    this.#isAway = isAway;
    for (const listener of this.#away) listener(isAway);
  }

  async #ready(): Promise<void> {
    const shown = shownAddress(this.url);
    await new Promise<void>((resolve, reject) => {
      const giveUp = (): void => reject(troubleOf(this.#trouble, shown));
      const timer = setTimeout(giveUp, OPEN_MS);
      this.client.once("ready", () => {
        clearTimeout(timer);
        resolve();
      });
      this.client.on("error", (error) => {
        if (!isFinal(error)) return;
        clearTimeout(timer);
        reject(troubleOf(error, shown));
      });
      this.client.connect().catch(() => {}); // an error is an event as well; until the time is up it tries again
    });
  }
}
