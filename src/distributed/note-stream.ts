import { randomUUID } from "node:crypto";
import { type Note, readNote } from "./orders.js";
import type { RedisCalls } from "./redis-calls.js";
import type { RedisNames } from "./redis-names.js";

const WAIT_MS = 5000;
const MOST_AT_ONCE = 1000;
const START = "0";

type Listener = (notes: readonly Note[]) => void;
interface Followed {
  readonly run: string;
  readonly listeners: Set<Listener>;
  position: string;
}
type Entries = readonly (readonly [id: string, fields: readonly string[]])[];

/** What XREAD gives: pairs of stream and entries, which RESP3 lays out in one line. */
function streamsOf(reply: unknown): (readonly [key: string, entries: Entries])[] {
  const parts = (reply ?? []) as readonly unknown[];
  if (Array.isArray(parts[0])) return parts as (readonly [string, Entries])[];
  return parts.flatMap((key, index) =>
    index % 2 === 0 ? [[key as string, parts[index + 1] as Entries] as const] : [],
  );
}

/**
 * Reads the notes of all followed runs by one waiting command. What is missed (a stream that was trimmed or emptied, a
 * clock set back) is no loss: outcomes are looked up as well.
 */
export class NoteStream {
  readonly #followed = new Map<string, Followed>();
  readonly #wake: string;
  #wakePosition = START;
  #isReading = false;
  #isClosed = false;

  /** @param reading a connection of its own: its commands wait */
  constructor(
    private readonly reading: RedisCalls,
    private readonly redis: RedisCalls,
    private readonly names: RedisNames,
  ) {
    this.#wake = names.wake(randomUUID());
  }

  follow(run: string, listener: Listener): () => void {
    const key = this.names.notes(run);
    let followed = this.#followed.get(key);
    if (!followed) {
      followed = { run, listeners: new Set(), position: START };
      this.#followed.set(key, followed);
      void this.#interrupt();
    }
    followed.listeners.add(listener);
    if (!this.#isReading) void this.#read();
    return () => {
      followed.listeners.delete(listener);
      if (followed.listeners.size === 0) this.#followed.delete(key);
    };
  }

  /** Reads a run's notes from their end on: something of it was missed, so that the position cannot be trusted. */
  async rewind(run: string): Promise<void> {
    const followed = this.#followed.get(this.names.notes(run));
    if (!followed) return;
    const [last] = (await this.redis.call("XREVRANGE", this.names.notes(run), "+", "-", "COUNT", 1)) as [
      string,
      unknown,
    ][];
    followed.position = last?.[0] ?? START;
    void this.#interrupt();
  }

  close(): void {
    this.#isClosed = true;
    this.#followed.clear();
  }

  /** The command that waits is to look at other streams. */
  async #interrupt(): Promise<void> {
    if (!this.#isReading) return;
    await this.redis
      .calls([
        ["XADD", this.#wake, "MAXLEN", 1, "*", "go", "1"],
        ["EXPIRE", this.#wake, 60],
      ])
      .catch(() => {}); // the wait ends by itself some seconds later
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    while (this.#followed.size > 0 && !this.#isClosed) {
      const keys = [this.#wake, ...this.#followed.keys()];
      const positions = [this.#wakePosition, ...[...this.#followed.values()].map(({ position }) => position)];
      try {
        const read = ["BLOCK", WAIT_MS, "COUNT", MOST_AT_ONCE, "STREAMS", ...keys, ...positions];
        this.#hear(await this.reading.call("XREAD", ...read));
      } catch {
        if (!this.#isClosed) await new Promise((resolve) => setTimeout(resolve, 200)); // the connection says what is wrong
      }
    }
    this.#isReading = false;
  }

  #hear(reply: unknown): void {
    for (const [key, entries] of streamsOf(reply)) {
      const last = entries.at(-1)?.[0] ?? START;
      if (key === this.#wake) this.#wakePosition = last;
      const followed = this.#followed.get(key);
      if (!followed) continue;
      followed.position = last;
      const notes = entries.flatMap(([, fields]) => readNote(fields[1] ?? "") ?? []);
      for (const listener of followed.listeners) listener(notes);
    }
  }
}
