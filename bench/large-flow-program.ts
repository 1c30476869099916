/** Program of one measurement of a flow of many tasks: takes the store's file, and "run" or "resume". */
import { fileURLToPath } from "node:url";
import { openStore } from "../src/store/open-store.js";
import { chains, WIDTH } from "./chains.js";

export const LARGE = 100_000;

export interface MeasuredFlow {
  readonly ms: number;
  /** Most memory that the process held (RSS) above what it held before the run, looked at every 50 ms. */
  readonly growthBytes: number;
}

async function run(path: string): Promise<MeasuredFlow> {
  const built = chains("large", LARGE, WIDTH);
  const store = await openStore(path);
  await store.flowRuns(); // all is loaded
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 50);
  const begin = performance.now();
  const state = await built.run({ store, resume: "never" });
  const ms = performance.now() - begin;
  clearInterval(watch);
  if (state.type !== "Success") throw new Error(`Cannot measure: the run came to ${state.type}`);
  await store.close();
  return { ms, growthBytes: most - before };
}

async function resume(path: string): Promise<MeasuredFlow> {
  const built = chains("large", LARGE, WIDTH);
  const before = process.memoryUsage.rss();
  const begin = performance.now();
  const store = await openStore(path);
  const [last] = await store.flowRuns({ flow: "large", limit: 1 });
  const state = await built.run({ store, resume: last!.id });
  const ms = performance.now() - begin;
  const { kept, ran } = (await store.flowRuns({ flow: "large", limit: 1 }))[0]!;
  if (state.type !== "Success" || kept !== LARGE || ran !== 0)
    throw new Error("Cannot measure: the run did not resume");
  await store.close();
  return { ms, growthBytes: process.memoryUsage.rss() - before };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path, what] = process.argv.slice(2) as [string, "run" | "resume"];
  process.send!(await (what === "run" ? run(path) : resume(path)));
  process.disconnect();
}
