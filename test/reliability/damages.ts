import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Dice } from "./dice.js";

/** SQLite's page and a disk's sector, in bytes. */
const PAGE = 4096;
const SECTOR = 512;

/** What can happen to one file, and a word for it. */
const DAMAGES: { readonly [what: string]: (bytes: Buffer, dice: Dice) => Buffer } = {
  "a flipped bit": (bytes, dice) => flipped(bytes, 1, dice),
  "flipped bits": (bytes, dice) => flipped(bytes, 2 + dice.below(60), dice),
  "a lost sector": (bytes, dice) => bytes.fill(0, ...spanOf(bytes, SECTOR, dice)),
  "a page of noise": (bytes, dice) => {
    const [start, end] = spanOf(bytes, PAGE, dice);
    for (let at = start; at < end; at += 1) bytes[at] = dice.below(256);
    return bytes;
  },
  "swapped pages": (bytes, dice) => {
    const [start, end] = spanOf(bytes, PAGE, dice);
    const [other] = spanOf(bytes, PAGE, dice);
    const kept = Buffer.from(bytes.subarray(start, end));
    bytes.copy(bytes, start, other, other + PAGE);
    kept.copy(bytes, other);
    return bytes;
  },
  "a cut end": (bytes, dice) => bytes.subarray(0, dice.below(bytes.length)),
  "a cut page": (bytes, dice) => bytes.subarray(0, PAGE * dice.below(Math.ceil(bytes.length / PAGE))),
};

function flipped(bytes: Buffer, count: number, dice: Dice): Buffer {
  for (let each = 0; each < count; each += 1) bytes[dice.below(bytes.length)]! ^= 1 << dice.below(8);
  return bytes;
}

function spanOf(bytes: Buffer, size: number, dice: Dice): [number, number] {
  const start = size * dice.below(Math.ceil(bytes.length / size));
  return [start, Math.min(bytes.length, start + size)];
}

/** Damages one file of a store in `folder` and says what was done. */
export function damageStore(folder: string, dice: Dice): string {
  const files = ["store.db", "store.db-wal"].filter((name) => existsSync(join(folder, name)));
  const blobs = blobsIn(folder);
  const kind = dice.below(files.length + 1);
  if (kind < files.length)
    return dice.chance(0.03) ? removed(folder, files[kind]!) : damaged(folder, files[kind]!, dice);
  const blob = dice.pick(blobs);
  if (dice.chance(0.15)) return removed(folder, blob);
  if (dice.chance(0.2)) {
    const other = dice.pick(blobs.filter((each) => each !== blob));
    copyFileSync(join(folder, other), join(folder, blob));
    return `${blob} has the content of ${other}`;
  }
  return damaged(folder, blob, dice);
}

/** Large values in files of their own, by path in the store's folder. */
const blobsIn = (folder: string): string[] =>
  readdirSync(join(folder, "blobs"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

function damaged(folder: string, name: string, dice: Dice): string {
  const what = dice.pick(Object.keys(DAMAGES));
  const path = join(folder, name);
  const before = readFileSync(path);
  const after = DAMAGES[what]!(Buffer.from(before), dice);
  if (after.length < before.length) truncateSync(path, after.length);
  else writeFileSync(path, after);
  return `${what} in ${name}`;
}

function removed(folder: string, name: string): string {
  rmSync(join(folder, name));
  return `${name} is gone`;
}
