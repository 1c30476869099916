import { closeSync, fdatasyncSync, fsyncSync, openSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Figure, median } from "./figure.js";

const SAMPLES = 200;
const PIECE_BYTES = 1_048_576;

/** The disk's own commit time f: one 4 KiB append and fdatasync, in milliseconds, where `parent` lies. */
export async function diskCommit(parent: string): Promise<Figure> {
  const folder = await mkdtemp(join(parent, "cellar-bench-"));
  const file = openSync(join(folder, "append"), "a");
  const page = Buffer.alloc(4096, 1);
  const samples: number[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    const start = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    samples.push(performance.now() - start);
  }
  closeSync(file);
  await rm(folder, { recursive: true });
  return { what: "disk commit f (4 KiB append + fdatasync)", value: median(samples), unit: "ms", samples: SAMPLES };
}

/** How fast the disk takes `bytes` that are written in pieces of 1 MiB and then synced: what no store can beat. */
export async function diskThroughput(parent: string, bytes: number): Promise<Figure> {
  const folder = await mkdtemp(join(parent, "cellar-bench-"));
  const file = openSync(join(folder, "whole"), "w");
  const piece = Buffer.alloc(PIECE_BYTES, 1);
  const start = performance.now();
  for (let written = 0; written < bytes; written += PIECE_BYTES) writeSync(file, piece);
  fsyncSync(file);
  const ms = performance.now() - start;
  closeSync(file);
  await rm(folder, { recursive: true });
  return { what: "disk: write and sync 1 GB", value: bytes / 1000 / ms, unit: "MB/s", better: "more", samples: 1 };
}
