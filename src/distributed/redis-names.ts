import { PROTOCOL } from "./orders.js";

/** Names and scripts of what one queue keeps in Redis. All keys lie in one slot of a cluster. */

/** How long what nobody asks for is kept. */
export const KEPT_SECONDS = 7 * 24 * 3600;
/** Entries of a run's notes, about. */
export const MOST_NOTES = 20_000;

/** The keys of a queue, by its name. */
export class RedisNames {
  /** Before the names of BullMQ's own keys. */
  readonly prefix: string;
  /** Workers of another protocol never see these orders. */
  readonly orders = `orders-${PROTOCOL}`;

  constructor(queue: string) {
    this.prefix = `{cellar:${queue}}`;
  }

  /** Attempts that wait; what BullMQ calls it. */
  get waiting(): string {
    return `${this.prefix}:${this.orders}:wait`;
  }
  /** Attempts that are leased. */
  get leased(): string {
    return `${this.prefix}:${this.orders}:active`;
  }
  /** Hash of one order. */
  order(attempt: string): string {
    return `${this.prefix}:${this.orders}:${attempt}`;
  }
  /** Hash: attempt → outcome. */
  outcomes(run: string): string {
    return `${this.prefix}:outcomes:${run}`;
  }
  /** Hash: attempt → names of the workers that took it, one a line. */
  takers(run: string): string {
    return `${this.prefix}:takers:${run}`;
  }
  /** Stream of notes. */
  notes(run: string): string {
    return `${this.prefix}:notes:${run}`;
  }
  /** There while an attempt is to stop. */
  stop(attempt: string): string {
    return `${this.prefix}:stop:${attempt}`;
  }
  /** Channel on which a stop is told at once. */
  get stops(): string {
    return `${this.prefix}:stops`;
  }
  /** Set of worker ids. */
  get workers(): string {
    return `${this.prefix}:workers`;
  }
  /** What a worker says of itself; goes some seconds after it said so last. */
  worker(id: string): string {
    return `${this.prefix}:worker:${id}`;
  }
  /** List of the pieces of what lies in the depot. */
  depot(name: string): string {
    return `${this.prefix}:depot:${name}`;
  }
  /** Stream that ends a reader's wait: it is to follow other runs. */
  wake(reader: string): string {
    return `${this.prefix}:wake:${reader}`;
  }
}

/** A script with the number of its keys. */
export interface RedisScript {
  readonly lua: string;
  readonly keys: number;
}

/**
 * A worker begins with an order. Gives the workers that had it before, "ended" where there is an outcome, "stopped"
 * where nobody wants one any more. Keys: outcomes, takers, stop; arguments: attempt, worker, seconds to keep.
 */
export const BEGIN: RedisScript = {
  keys: 3,
  lua: `
    if redis.call("HEXISTS", KEYS[1], ARGV[1]) == 1 then return {"ended"} end
    if redis.call("EXISTS", KEYS[3]) == 1 then return {"stopped"} end
    local before = redis.call("HGET", KEYS[2], ARGV[1])
    redis.call("HSET", KEYS[2], ARGV[1], before and (before .. "\\n" .. ARGV[2]) or ARGV[2])
    redis.call("EXPIRE", KEYS[2], ARGV[3])
    return {"begun", before or ""}`,
};

/**
 * Writes an outcome and its note in one step; gives 0 where there is one already. Keys: outcomes, takers, notes;
 * arguments: attempt, outcome, note, seconds to keep, most notes.
 */
export const COMMIT: RedisScript = {
  keys: 3,
  lua: `
    if redis.call("HSETNX", KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
    redis.call("EXPIRE", KEYS[1], ARGV[4])
    redis.call("HDEL", KEYS[2], ARGV[1])
    redis.call("XADD", KEYS[3], "MAXLEN", "~", ARGV[5], "*", "note", ARGV[3])
    redis.call("EXPIRE", KEYS[3], ARGV[4])
    return 1`,
};

/** The worker that took an order last gives it back: it did not die. Keys: takers; arguments: attempt. */
export const UNTAKE: RedisScript = {
  keys: 1,
  lua: `
    local before = redis.call("HGET", KEYS[1], ARGV[1])
    if not before then return 0 end
    local rest = string.match(before, "^(.*)\\n[^\\n]*$")
    if rest then redis.call("HSET", KEYS[1], ARGV[1], rest) else redis.call("HDEL", KEYS[1], ARGV[1]) end
    return 1`,
};
