import { randomUUID } from "node:crypto";
import type { EpochMs } from "../../contracts/json.js";

/** Where the engine takes time, chance and ids from: given, so that a seed replays a run. */
export interface Clock {
  readonly now: () => EpochMs;
  /** Milliseconds from a fixed moment: it is never set back or forward. */
  readonly monotonic: () => number;
  /** 0 up to, not including, 1. */
  readonly random: () => number;
  readonly newId: () => string;
  /** Calls back after a while; gives the way to give it up. */
  readonly after: (delayMs: number, body: () => void) => () => void;
}

/** setTimeout counts in 32 bits. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** The real one. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  newId: () => randomUUID(),
  after: (delayMs, body) => {
    const timer = setTimeout(body, Math.min(delayMs, LONGEST_DELAY_MS));
    return () => clearTimeout(timer);
  },
};
