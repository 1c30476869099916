import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { flow, type Store, task, validators } from "../src/index.js";
import { openStore } from "../src/store/open-store.js";
import { chains, WIDTH } from "./chains.js";
import { diskCommit } from "./disk.js";
import { type Figure, median, timed } from "./figure.js";
import { LARGE, type MeasuredFlow } from "./large-flow-program.js";
import { measuredBy } from "./measured-program.js";

const SMALL = 10_000;
const CHAIN = 400;
const WIDE = 20_000;
const HITS = 400;
const LARGE_FLOW = fileURLToPath(new URL("./large-flow-program.js", import.meta.url));

/** The engine's figures: alone in memory, and on a store in its own process on the disk that `parent` is on. */
export async function engineFigures(parent = process.cwd()): Promise<Figure[]> {
  const { value: f } = await diskCommit(parent);
  const folder = await mkdtemp(join(parent, "cellar-bench-"));
  const path = join(folder, "store.db");
  try {
    const figures = [await buildTime(), ...(await inMemory())];
    const store = await openStore(path);
    figures.push(await durableChain(store, 3 * f + 0.6), await wide(store), await cacheHits(store));
    await store.close();
    figures.push(...(await large(path)));
    return figures;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function buildTime(): Promise<Figure> {
  const times: number[] = [];
  for (let round = 0; round < 7; round += 1) times.push(await timed(() => chains("built", SMALL, 1)));
  const what = `engine: build and sort a chain of ${SMALL} calls`;
  return { what, value: median(times), unit: "ms", bar: 50, samples: times.length };
}

async function inMemory(): Promise<Figure[]> {
  const perTask = async (tasks: number, rounds: number): Promise<number> => {
    const built = chains("memory", tasks, WIDTH);
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) times.push(await timed(() => built.run({ store: "none" })));
    return median(times) / tasks;
  };
  await perTask(SMALL, 2); // warm
  const [small, large] = [await perTask(SMALL, 5), await perTask(LARGE, 3)];
  return [
    { what: `engine: a task in memory, of ${SMALL}`, value: small, unit: "ms", bar: 0.05, samples: 5 * SMALL },
    { what: `engine: a task in memory, of ${LARGE}`, value: large, unit: "ms", bar: 0.05, samples: 3 * LARGE },
  ];
}

async function durableChain(store: Store, bar: number): Promise<Figure> {
  const ends: number[] = [];
  const timed = task("timed", (n: number) => {
    ends.push(performance.now());
    return n + 1;
  });
  await chains("chain", CHAIN, 1, timed).run({ store, resume: "never" });
  const times = ends.slice(1).map((end, index) => end - ends[index]!);
  return { what: "engine: a task of a chain, durable", value: median(times), unit: "ms", bar, samples: times.length };
}

async function wide(store: Store): Promise<Figure> {
  const built = chains("wide", WIDE, WIDTH);
  const ms = await timed(() => built.run({ store, resume: "never" }));
  const what = `engine: tasks ${WIDTH} wide, durable`;
  const value = Math.round((WIDE / ms) * 1000);
  return { what, value, unit: "tasks/s", bar: 12_000, better: "more", samples: WIDE };
}

async function cacheHits(store: Store): Promise<Figure> {
  const rows = Array.from({ length: 20 }, (_, id) => ({ id, name: `row number ${id}` }));
  const cached = task("cached", (given: typeof rows, n: number) => given.length + n, {
    cacheFor: "1h",
    cacheValidator: validators.allInputs,
  });
  const built = flow("cached", () => Array.from({ length: HITS }, (_, n) => cached(rows, n)));
  await built.run({ store, resume: "never" });
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) times.push(await timed(() => built.run({ store, resume: "never" })));
  const value = median(times) / HITS;
  return { what: "engine: a cache hit, inputs of 1 KB", value, unit: "ms", bar: 0.2, samples: HITS * times.length };
}

/** A flow of many tasks, and its resume, each in a process of its own. */
async function large(path: string): Promise<Figure[]> {
  const run = await measuredBy<MeasuredFlow>(LARGE_FLOW, [path, "run"]);
  const resume = await measuredBy<MeasuredFlow>(LARGE_FLOW, [path, "resume"]);
  const what = `engine: flow of ${LARGE} tasks, durable`;
  return [
    { what, value: run.ms / 1000, unit: "s", bar: 12, samples: 1 },
    { what: `${what}, memory growth`, value: run.growthBytes / 2 ** 20, unit: "MiB", bar: 300, samples: 1 },
    {
      what: `engine: reopen and resume ${LARGE} finished tasks`,
      value: resume.ms / 1000,
      unit: "s",
      bar: 2,
      samples: 1,
    },
  ];
}
