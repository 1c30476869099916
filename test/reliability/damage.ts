/** Damages copies of a store and goes on with each: what comes out is right, or an error that says so. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStoreHere } from "../../src/store/open-store.js";
import { makeDamageable } from "./damageable-stores.js";
import { DamagedFlow, LARGE } from "./damaged-flow.js";
import { damageStore } from "./damages.js";
import { Dice } from "./dice.js";

/** How many damages ended in which way. */
export interface DamageReport {
  /** The store was not opened, the run not begun, or a task failed, with words about the file. */
  refused: number;
  /** The run went on to its end with every value right. */
  repaired: number;
  /** What must not happen, each with the seed that repeats it: `damageHarness(seed, 1)`. */
  readonly wrong: string[];
}

const PATIENCE_MS = 60_000;
/** What a person is told: an action of ours and the reason, never SQLite's or JavaScript's bare words. */
const CLEAR = /^Cannot (open|read|write to|begin|store|change|set) /;

/** @param count damages, each done to a copy of its own. The seed of one is `seed` plus its place. */
export async function damageHarness(seed: number, count: number): Promise<DamageReport> {
  const scratch = mkdtempSync(join(tmpdir(), "cellar-damage-"));
  const report: DamageReport = { refused: 0, repaired: 0, wrong: [] };
  try {
    const sources = await makeDamageable(scratch);
    for (let each = 0; each < count; each += 1) {
      const folder = join(scratch, `case-${each}`);
      const what = damagedCopy(sources, folder, seed + each);
      const [outcome, detail] = await inTime(goOn(folder, what));
      if (outcome === "wrong") {
        report.wrong.push(`seed ${seed + each}: ${what}: ${detail}`);
      } else report[outcome] += 1;
      rmSync(folder, { recursive: true });
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return report;
}

/** Does the damage of a seed to a copy, the same each time, and says what was done. */
function damagedCopy(sources: readonly string[], folder: string, seed: number): string {
  const dice = new Dice(seed);
  cpSync(dice.pick(sources), folder, { recursive: true });
  return damageStore(folder, dice);
}

type Outcome = readonly ["refused" | "repaired" | "wrong", string];

async function inTime(outcome: Promise<Outcome>): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve(["wrong", "it did not end"]), PATIENCE_MS);
  });
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function goOn(folder: string, what: string): Promise<Outcome> {
  try {
    const store = await openStoreHere(join(folder, "store.db"));
    try {
      const flow = new DamagedFlow(false);
      const resumed = await flow.run(store, "failed");
      const again = [...flow.ran];
      const fresh = await flow.run(store, "never"); // the cache gives what it has
      const wrong = [...resumed.wrong, ...fresh.wrong];
      if (wrong.length > 0) return ["wrong", `wrong values of ${wrong.join(", ")}`];
      const told = [...resumed.told, ...fresh.told];
      const unclear = told.find((message) => !CLEAR.test(message.replace(/^\w*Error: /, "")));
      if (unclear) return ["wrong", `a task failed: ${unclear}`];
      const excess = again.filter((name) => !LARGE.includes(name) && name !== "gate");
      if (what.includes("blobs") && (again.length > 2 || excess.length > 0 || told.length > 0))
        return ["wrong", `one large value was hit, and ran again: ${again.join(", ")}`];
      await readAll(store);
      return [told.length > 0 ? "refused" : "repaired", ""];
    } finally {
      await store.close();
    }
  } catch (error) {
    const { message, stack } = error as Error;
    return CLEAR.test(message) ? ["refused", message] : ["wrong", `${stack}`];
  }
}

/** What a list, a widget and the command line read. */
async function readAll(store: Awaited<ReturnType<typeof openStoreHere>>): Promise<void> {
  for (const { id } of await store.flowRuns()) {
    for (const task of (await store.flowRun(id))?.tasks ?? []) await store.history(task.id);
  }
}
