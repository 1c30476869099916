import { tmpdir } from "node:os";
import { join, sep } from "node:path";

/**
 * How front ends find a cell by its text: prefix + MurmurHash2(text) + suffix. No file lies there: the `source`
 * request gives the text. The prefix is the same for every kernel, so that breakpoints outlive a restart.
 */
export const CELL_FILES = {
  hashMethod: "Murmur2",
  hashSeed: 0x63656c6c,
  tmpFilePrefix: join(tmpdir(), "cellar-cells") + sep,
  tmpFileSuffix: ".ts",
} as const;

/** The path by which front ends know a cell with this text. */
export const cellPath = (text: string): string =>
  `${CELL_FILES.tmpFilePrefix}${murmur2(text, CELL_FILES.hashSeed)}${CELL_FILES.tmpFileSuffix}`;

/** Whether a path is a cell's. */
export const isCellPath = (path: string): boolean => path.startsWith(CELL_FILES.tmpFilePrefix);

const FACTOR = 0x5bd1e995;

/** MurmurHash2, 32 bits, of a text's UTF-8 bytes. https://github.com/aappleby/smhasher/wiki/MurmurHash2 */
export function murmur2(text: string, seed: number): number {
  const bytes = Buffer.from(text, "utf8");
  const whole = bytes.length - (bytes.length % 4);
  let hash = seed ^ bytes.length;
  for (let at = 0; at < whole; at += 4) {
    const mixed = Math.imul(bytes.readInt32LE(at), FACTOR);
    hash = Math.imul(hash, FACTOR) ^ Math.imul(mixed ^ (mixed >>> 24), FACTOR);
  }
  const rest = bytes.subarray(whole);
  if (rest.length > 0) hash = Math.imul(hash ^ rest.readUIntLE(0, rest.length), FACTOR);
  hash = Math.imul(hash ^ (hash >>> 13), FACTOR);
  return (hash ^ (hash >>> 15)) >>> 0;
}
