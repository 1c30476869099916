import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { diskThroughput } from "./disk.js";
import type { Figure } from "./figure.js";
import { type Form, type Measured, RESULT_BYTES, type Way } from "./large-result-program.js";
import { measuredBy } from "./measured-program.js";

const PROGRAM = fileURLToPath(new URL("./large-result-program.js", import.meta.url));
const MB_PER_S = { unit: "MB/s", bar: 400, better: "more", samples: 1 } as const;

/**
 * A result of 1 GB to the store and back, by a flow, each way in a process of its own. There: from the call of the
 * task to the end of the run, on disk. Back: a resume, from its begin to the last byte that the next task reads; a
 * kept stream is read twice, since a resume checks it first. Files come from the page cache where it holds them.
 * Memory is that of the process which runs the tasks; the store's process sees none of the bytes.
 */
export async function benchLargeResults(parent = process.cwd()): Promise<Figure[]> {
  const figures = [await diskThroughput(parent, RESULT_BYTES)];
  for (const form of ["stream", "Buffer"] as const) {
    const folder = await mkdtemp(join(parent, "cellar-bench-"));
    try {
      const there = await measure(folder, form, "there");
      const back = await measure(folder, form, "back");
      figures.push({ what: `store: 1 GB ${form}, to the store`, value: speed(there), ...MB_PER_S });
      figures.push({ what: `store: 1 GB ${form}, back`, value: speed(back), ...MB_PER_S });
      const peak = Math.max(there.peakBytes, back.peakBytes) / 1e6;
      const bar = form === "stream" ? { bar: 150 } : {};
      figures.push({
        what: `store: 1 GB ${form}, peak memory above idle`,
        value: peak,
        unit: "MB",
        ...bar,
        samples: 1,
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return figures;
}

const speed = ({ ms }: Measured): number => RESULT_BYTES / 1000 / ms;

const measure = (folder: string, form: Form, way: Way): Promise<Measured> =>
  measuredBy<Measured>(PROGRAM, [folder, form, way]);
