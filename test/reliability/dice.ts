import { randomInt } from "node:crypto";
import { randomFrom } from "../result/random-value.js";

/** Chance that a seed decides: the same seed throws the same again. */
export class Dice {
  readonly #random: () => number;
  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
  /** True about `share` of the times (0..1). */
  chance(share: number): boolean {
    return this.#random() < share;
  }
}

/**
 * The seed of a harness, printed.
 * @param given to see a failure again. @default CELLAR_SEED, else a new one
 */
export function drawSeed(harness: string, given = process.env.CELLAR_SEED): number {
  const seed = given === undefined ? randomInt(2 ** 31) : Number(given);
  if (!Number.isInteger(seed)) throw new TypeError(`Cannot seed ${harness}: the seed is "${given}", no whole number`);
  console.log(`${harness}: CELLAR_SEED=${seed}`);
  return seed;
}
