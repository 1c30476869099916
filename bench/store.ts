import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { type FlowRunSummary, NO_RESULT_RECORD, type StateRecord } from "../src/contracts/records.js";
import { resultIdOf } from "../src/store/blobs.js";
import { openStore } from "../src/store/open-store.js";
import type { Owner, Store, Transition } from "../src/store/store.js";
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
    await Promise.all(Array.from({ length: 500 }, (_, n) => store.beginRun(sampleRun(`list-${each + n}`), [], owner)));
  }
}

async function chainTimes(store: Store): Promise<number[]> {
  await store.beginRun(sampleRun("chain"), [], owner);
  const times: number[] = [];
  for (let each = 0; each < CHAIN; each += 1) times.push(await timed(() => runTask(store, "chain", each)));
  return times;
}

async function wideTime(store: Store): Promise<number> {
  await store.beginRun(sampleRun("wide"), [], owner);
  let next = 0;
  const worker = async () => {
    while (next < WIDE_TASKS) await runTask(store, "wide", next++);
  };
  return await timed(() => Promise.all(Array.from({ length: WIDTH }, worker)));
}

async function runTask(store: Store, runId: string, index: number): Promise<void> {
  await store.append([sampleTransition(runId, index, "Running")]);
  await store.append([sampleTransition(runId, index, "Success", JSON.stringify({ index, rows: ["a", "b", "c"] }))]);
}

const owner: Owner = { id: randomUUID(), pid: process.pid, startedAt: Math.round(performance.timeOrigin) };

function sampleRun(id: string): FlowRunSummary {
  const state: StateRecord = {
    v: 1,
    type: "Running",
    message: null,
    timestamp: Date.now(),
    runCount: 1,
    result: NO_RESULT_RECORD,
  };
  const now = Date.now();
  const counts = { attempt: 1, kept: 0, ran: 0, createdAt: now, startedAt: now, endedAt: null, parameters: {} };
  return { v: 1, id, flow: "bench", place: { file: "bench.ipynb", cell: null }, state, ...counts };
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
