import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { NO_RESULT_RECORD } from "../src/contracts/records.js";
import type { Owner, RunHold } from "../src/store/begin-ask.js";
import { resultIdOf } from "../src/store/blobs.js";
import { openStore } from "../src/store/open-store.js";
import type { Store, Transition } from "../src/store/store.js";
import { diskCommit } from "./disk.js";
import { type Figure, median, timed } from "./figure.js";

const CHAIN = 400;
const WIDE_TASKS = 20_000;
const WIDTH = 64;
const RUNS = 10_000;

/** The store's figures, behind its own process, on the disk that `parent` is on; the disk's own commit comes first. */
export async function benchStore(parent = process.cwd()): Promise<Figure[]> {
  const disk = await diskCommit(parent);
  const folder = await mkdtemp(join(parent, "cellar-bench-"));
  const path = join(folder, "store.db");
  try {
    const writing = await openStore(path);
    const chain = await chainTimes(writing);
    const wide = await wideTime(writing);
    await fillWithRuns(writing);
    await writing.close();
    const start = performance.now();
    const store = await openStore(path);
    const listed = await timed(() => store.flowRuns({ limit: 50 }));
    const opened = performance.now() - start;
    const remembered = await timed(() => store.rememberedRun("wide"));
    await store.close();
    const chainBar = 3 * disk.value + 0.6;
    return [
      disk,
      { what: "store: a task of a chain, durable", value: median(chain), unit: "ms", bar: chainBar, samples: CHAIN },
      {
        what: `store: tasks ${WIDTH} wide, durable`,
        value: Math.round((WIDE_TASKS / wide) * 1000),
        unit: "tasks/s",
        bar: 12_000,
        better: "more",
        samples: WIDE_TASKS,
      },
      { what: `store: open, list 50 of ${RUNS} runs`, value: opened, unit: "ms", bar: 100, samples: 1 },
      { what: `store: list 50 of ${RUNS} runs`, value: listed, unit: "ms", samples: 1 },
      { what: `store: remember a run of ${WIDE_TASKS} tasks`, value: remembered, unit: "ms", samples: 1 },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fillWithRuns(store: Store): Promise<void> {
  for (let each = 0; each < RUNS; each += 500) {
    await Promise.all(Array.from({ length: 500 }, (_, n) => begin(store, `list-${each + n}`)));
  }
}

async function chainTimes(store: Store): Promise<number[]> {
  const hold = await begin(store, "chain");
  const times: number[] = [];
  for (let each = 0; each < CHAIN; each += 1) times.push(await timed(() => runTask(store, hold, each)));
  return times;
}

async function wideTime(store: Store): Promise<number> {
  const hold = await begin(store, "wide");
  let next = 0;
  const worker = async () => {
    while (next < WIDE_TASKS) await runTask(store, hold, next++);
  };
  return await timed(() => Promise.all(Array.from({ length: WIDTH }, worker)));
}

async function runTask(store: Store, hold: RunHold, index: number): Promise<void> {
  const { runId } = hold;
  const text = JSON.stringify({ index, rows: ["a", "b", "c"] });
  await store.append(hold, [sampleTransition(runId, index, "Running")]);
  await store.append(hold, [sampleTransition(runId, index, "Success", text)]);
}

const owner: Owner = { id: randomUUID(), pid: process.pid, startedAt: Math.round(performance.timeOrigin) };

async function begin(store: Store, newId: string): Promise<RunHold> {
  const { hold } = await store.begin({
    newId,
    place: { flow: "bench", file: "bench.ipynb", cell: null },
    occurrence: 1,
    choice: { kind: "new" },
    taken: [],
    owner,
    graph: [],
    parameters: { text: "{}", key: newId, shown: {} },
    now: Date.now(),
  });
  return hold;
}

function sampleTransition(runId: string, index: number, type: "Running" | "Success", text?: string): Transition {
  const result = text && { id: resultIdOf(text), serializer: { type: "json" }, bytes: Buffer.byteLength(text) };
  const record = result
    ? { v: 1 as const, kind: "Result" as const, id: result.id, serialized: true, serializer: "json" }
    : undefined;
  return {
    run: {
      id: `${runId}/${index}`,
      flowRunId: runId,
      attempt: 1,
      name: `task-${index}`,
      task: "task",
      mapIndex: null,
      state: {
        v: 1,
        type,
        message: null,
        timestamp: Date.now(),
        runCount: 1,
        result: record && text ? { ...record, bytes: text.length, preview: text } : NO_RESULT_RECORD,
      },
      maxAttempts: 1,
      kept: false,
      startedAt: Date.now(),
      endedAt: result ? Date.now() : null,
      reason: null,
    },
    memory: {
      sourceKey: "0".repeat(64),
      inputKeys: { x: "0".repeat(64) },
      result: result || null,
      cachedInputs: {},
      cacheKey: null,
      cacheExpires: null,
    },
    results: result && text ? [{ ...result, text, preview: text }] : [],
  };
}
