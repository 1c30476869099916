import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { flow, type TaskCall, task } from "../src/index.js";
import { openStore } from "../src/store/open-store.js";
import { type Figure, median, timed } from "./figure.js";
import { peerPython } from "./peer-install.js";

const COUNT = 200;
const ROUNDS = 5;
const SCRIPT = fileURLToPath(new URL("../../bench/prefect-overhead.py", import.meta.url));
const MEMORY = `a task of a chain of ${COUNT}, results in memory`;
const KEPT = `a task of a chain of ${COUNT}, results kept`;

/**
 * The same chain in Cellar and in Prefect 3. Not the same promise: Prefect sends each state as an event to an API server, and keeps
 * results as files; Cellar commits each state and result to SQLite, or keeps nothing at all.
 */
export async function flowFigures(say: (line: string) => void): Promise<Figure[]> {
  const python = peerPython();
  const own = await ownFigures();
  if (!python) return own;
  say(`measuring Prefect ${python.versions.prefect}`);
  const home = mkdtempSync(join(process.cwd(), "cellar-prefect-"));
  try {
    const env = {
      ...process.env,
      PREFECT_HOME: home,
      PREFECT_LOGGING_LEVEL: "ERROR",
      PREFECT_SERVER_ANALYTICS_ENABLED: "false",
    };
    const ran = spawnSync(python.program, [SCRIPT], { encoding: "utf8", env, timeout: 300_000, cwd: home });
    if (ran.status !== 0) {
      say(`not measured: Prefect (${ran.stderr.trim().split("\n").at(-1)})`);
      return own;
    }
    const { memory, persisted } = JSON.parse(ran.stdout.trim().split("\n").at(-1)!) as { [form: string]: number };
    const shape = { subject: "Prefect 3", unit: "ms", samples: COUNT };
    return [
      ...own,
      { ...shape, what: MEMORY, value: memory! * 1000, note: "states as events to an API server of its own" },
      { ...shape, what: KEPT, value: persisted! * 1000, note: "states as events to an API server of its own" },
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function ownFigures(): Promise<Figure[]> {
  const step = task("step", (n: number) => n + 1);
  const chain = flow("chain", () => {
    let end: TaskCall<number> = step(0);
    for (let made = 1; made < COUNT; made += 1) end = step(end);
    return { end };
  });
  const folder = mkdtempSync(join(process.cwd(), "cellar-chain-"));
  const store = await openStore(join(folder, "store.db"));
  try {
    const perTask = async (kept: boolean): Promise<number> => {
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1)
        times.push(await timed(() => chain.run({ store: kept ? store : "none", resume: "never" })));
      return median(times) / COUNT;
    };
    const shape = { subject: "Cellar", unit: "ms", samples: ROUNDS * COUNT };
    await perTask(false); // warm
    return [
      { ...shape, what: MEMORY, value: await perTask(false), note: "states in memory" },
      { ...shape, what: KEPT, value: await perTask(true), note: "states and results committed to SQLite" },
    ];
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
