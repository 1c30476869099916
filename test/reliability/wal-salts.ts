import { readFileSync, writeFileSync } from "node:fs";

/** https://www.sqlite.org/fileformat2.html#the_write_ahead_log: sizes in bytes. */
const [LOG_HEADER, FRAME_HEADER] = [32, 24];
const [PAGE_SIZE_AT, LOG_SALTS_AT, LOG_SUM_AT, FRAME_SALTS_AT, FRAME_SUM_AT] = [8, 16, 24, 8, 16];

type Sum = [number, number];

/**
 * Gives a write-ahead log salts that are always the same, and its sums anew: SQLite takes the salts by chance, so that
 * two logs of the same writes differ. For a log that was never begun anew.
 */
export function fixSalts(path: string): void {
  const log = readFileSync(path);
  const isBigEndian = (log.readUInt32BE(0) & 1) === 1;
  const pageSize = log.readUInt32BE(PAGE_SIZE_AT);
  setSalts(log, LOG_SALTS_AT);
  let sum = sumOf(log.subarray(0, LOG_SUM_AT), [0, 0], isBigEndian);
  setSum(log, LOG_SUM_AT, sum);
  for (let at = LOG_HEADER; at + FRAME_HEADER + pageSize <= log.length; at += FRAME_HEADER + pageSize) {
    setSalts(log, at + FRAME_SALTS_AT);
    sum = sumOf(log.subarray(at, at + 8), sum, isBigEndian);
    sum = sumOf(log.subarray(at + FRAME_HEADER, at + FRAME_HEADER + pageSize), sum, isBigEndian);
    setSum(log, at + FRAME_SUM_AT, sum);
  }
  writeFileSync(path, log);
}

function setSalts(log: Buffer, at: number): void {
  log.writeUInt32BE(0x43656c6c, at);
  log.writeUInt32BE(0x61725741, at + 4);
}

function setSum(log: Buffer, at: number, [first, second]: Sum): void {
  log.writeUInt32BE(first, at);
  log.writeUInt32BE(second, at + 4);
}

function sumOf(bytes: Buffer, [before1, before2]: Sum, isBigEndian: boolean): Sum {
  const word = (at: number) => (isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
  let [first, second] = [before1, before2];
  for (let at = 0; at < bytes.length; at += 8) {
    first = (first + word(at) + second) >>> 0;
    second = (second + word(at + 4) + first) >>> 0;
  }
  return [first, second];
}
