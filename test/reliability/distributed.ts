/**
 * A lattice of tasks with known values on real workers and a real Redis, while both are killed, stopped, emptied and
 * started again. A log outside of all that counts the calls.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { QueueExecutor } from "../../src/distributed/queue-executor.js";
import { flow } from "../../src/flow/flow.js";
import { noteSource } from "../../src/source/source-note.js";
import { task } from "../../src/task/task.js";
import type { TaskCall } from "../../src/task/task-call.js";
import { Cluster, type WorkerProcess } from "../distributed/cluster.js";
import type { Dice } from "./dice.js";

/** How much of it. */
export interface ChaosSize {
  readonly layers: number;
  readonly width: number;
  readonly faults: number;
}

/** What came of it. */
export interface ChaosReport {
  readonly state: string;
  /** The last layer's values, and what they should be. */
  readonly values: readonly number[];
  readonly expected: readonly number[];
  readonly calls: number;
  readonly tasks: number;
  readonly faults: readonly string[];
  readonly message: string | null;
}

const PAST_LEASE_MS = 8000;

/** Runs the lattice under faults, one after another. */
export async function chaos(dice: Dice, { layers, width, faults }: ChaosSize): Promise<ChaosReport> {
  const cluster = await Cluster.start();
  const executor = new QueueExecutor({ connection: cluster.server.url });
  const calls = join(cluster.folder, "calls.log");
  const done: string[] = [];
  let isOver = false;
  let number = 0;
  const start = (): Promise<WorkerProcess> => {
    number += 1;
    return cluster.worker(`w${number}`, ["--concurrency", "2"]);
  };
  const alive = [await start(), await start()];
  const kinds: { readonly [name: string]: () => Promise<void> } = {
    "worker killed": async () => {
      const at = dice.below(alive.length);
      await alive[at]!.end("SIGKILL");
      alive[at] = await start();
    },
    "worker stopped past its lease": async () => {
      const worker = dice.pick(alive);
      worker.signal("SIGSTOP");
      await delay(PAST_LEASE_MS);
      worker.signal("SIGCONT");
    },
    "Redis killed": async () => {
      await cluster.server.kill();
      await delay(dice.below(2000));
      await cluster.server.restart();
    },
    "Redis emptied": async () => {
      const admin = new Redis(cluster.server.url);
      await admin.flushall();
      admin.disconnect();
    },
    "a key dropped": async () => {
      const admin = new Redis(cluster.server.url);
      const keys = await admin.keys("*");
      if (keys.length > 0) await admin.del(dice.pick(keys));
      admin.disconnect();
    },
  };
  const faulty = (async () => {
    for (let fault = 0; fault < faults && !isOver; fault += 1) {
      const name = dice.pick(Object.keys(kinds));
      done.push(name);
      await kinds[name]!();
      await delay(dice.below(1500));
    }
  })();

  try {
    const { lattice, calls: built } = latticeOf(layers, width, calls);
    const state = await lattice.run({ executor, resume: "never" });
    isOver = true;
    await faulty;
    const log = await readFile(calls, "utf8");
    return {
      state: state.type,
      message: state.message,
      values: built.at(-1)!.map((call) => state.result.get(call)?.result as number),
      expected: expectedOf(layers, width),
      calls: log.trimEnd().split("\n").length,
      tasks: layers * width,
      faults: done,
    };
  } finally {
    isOver = true;
    await faulty.catch(() => {}); // its error is the run's trouble as well
    await executor.close();
    await cluster.stop();
  }
}

/** Each task adds up what its two neighbours of the layer before gave, and its own place. */
function latticeOf(layers: number, width: number, log: string) {
  const body = `async (layer, at, a, b) => {
    const { appendFileSync } = await import("node:fs");
    appendFileSync(${JSON.stringify(log)}, layer + "." + at + "\\n");
    await new Promise((resolve) => setTimeout(resolve, 200));
    return (a + b + at) % 1000003;
  }`;
  const fn = (_layer: number, _at: number, _a: number, _b: number): Promise<number> =>
    Promise.reject(new Error("it ran here"));
  const step = task("step", noteSource(fn, body));
  const calls: TaskCall<number>[][] = [];
  const lattice = flow("lattice", () => {
    for (let layer = 0; layer < layers; layer += 1) {
      const before = calls[layer - 1];
      calls.push(
        Array.from({ length: width }, (_, at) =>
          before ? step(layer, at, before[at]!, before[(at + 1) % width]!) : step(layer, at, at, 1),
        ),
      );
    }
    return { last: calls.at(-1)![0]! };
  });
  return { lattice, calls };
}

function expectedOf(layers: number, width: number): number[] {
  let values = Array.from({ length: width }, (_, at) => (at + 1 + at) % 1000003);
  for (let layer = 1; layer < layers; layer += 1)
    values = values.map((value, at) => (value + values[(at + 1) % width]! + at) % 1000003);
  return values;
}
