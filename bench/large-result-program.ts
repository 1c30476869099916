/** Program of one measurement of `benchLargeResults`: takes its folder, the form of the result and the way it goes. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { flow, openStore, type StoredBytes, task } from "../src/index.js";

export type Form = "stream" | "Buffer";
export type Way = "there" | "back";
export interface Measured {
  readonly ms: number;
  /** Most memory that the process held (RSS), above what it held before the run. */
  readonly peakBytes: number;
}

export const RESULT_BYTES = 1_000_000_000;
const PIECE_BYTES = 1_000_000;

/** Differs from piece to piece; made once, so that making it costs next to nothing. */
const pattern = Buffer.from(Float64Array.from({ length: PIECE_BYTES / 8 }, (_, at) => Math.sin(at)).buffer);
const whole = process.argv[3] === "Buffer" && process.argv[4] === "there" ? Buffer.alloc(RESULT_BYTES, pattern) : null;

const makers: { readonly [F in Form]: () => Buffer | AsyncIterable<Buffer> } = {
  Buffer: () => whole!, // a resume keeps the task and does not call it
  async *stream() {
    for (let piece = 0; piece < RESULT_BYTES / PIECE_BYTES; piece += 1) {
      pattern.writeUInt32LE(piece, 0);
      yield pattern;
    }
  },
};

async function sizeOf(content: Buffer | StoredBytes): Promise<number> {
  if (Buffer.isBuffer(content)) return content.length;
  let size = 0;
  for await (const piece of content) size += piece.length;
  return size;
}

async function main(folder: string, form: Form, way: Way): Promise<Measured> {
  const store = await openStore(join(folder, "store.db"));
  const make = task("make", makers[form] as () => Buffer);
  const use = task("use", async (content: Buffer | StoredBytes) => {
    if (process.argv[4] === "there") throw new Error("stays to be done by the resume");
    return await sizeOf(content);
  });
  const measured = flow("large", () => use(make()));
  await store.flowRuns(); // all is loaded
  const idle = process.memoryUsage.rss();
  const start = performance.now();
  const state = await measured.run({ store });
  const ms = performance.now() - start;
  const peakBytes = process.resourceUsage().maxRSS * 1024 - idle;
  if (way === "back" && state.result.task("use").result !== RESULT_BYTES)
    throw new Error(`Cannot measure: the resume came to ${state.type} (${state.result.task("use").message})`);
  await store.close();
  return { ms, peakBytes };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, form, way] = process.argv.slice(2) as [string, Form, Way];
  process.send!(await main(folder, form, way));
  process.disconnect();
}
