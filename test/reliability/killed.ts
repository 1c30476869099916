/** Kills a flow of 200 tasks again and again where it stands, goes on to its end, and looks at what is stored. */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { openStoreHere } from "../../src/store/open-store.js";
import { describeStuck } from "./describe-stuck.js";
import { Dice } from "./dice.js";
import { killedFaults } from "./killed-checks.js";
import { drawSpecs, type Note, readNotes } from "./killed-flow.js";
import { type Attempt, notebookVictims, scriptVictims, type Victims } from "./victims.js";

const KILLS_PER_FLOW = 6;
/** About what the tasks note between two kills, in bytes. */
const NOTES_BETWEEN = 9_000;
/** A process that starts is killed within so many milliseconds, one at work just after it wrote. */
const [STARTING_MS, WORKING_MS] = [500, 8];

/** A flow of 200 tasks takes a few seconds; what takes so long hangs. */
const PATIENCE_MS = 300_000;

const PLACES: readonly ((folder: string) => Victims)[] = [
  (folder) => scriptVictims(folder, false),
  notebookVictims,
  (folder) => scriptVictims(folder, true),
];

export interface KilledReport {
  readonly kills: { readonly [whom: string]: number };
  /** What must not happen, each with the seed of its flow: `killedHarness(seed, KILLS_PER_FLOW)` runs that one. */
  readonly faults: readonly string[];
}

/** @param count kills, some to each flow. The seed of a flow is `seed` plus its place. */
export async function killedHarness(seed: number, count: number): Promise<KilledReport> {
  const kills: { [whom: string]: number } = {};
  const faults: string[] = [];
  const done = () => Object.values(kills).reduce((sum, each) => sum + each, 0);
  for (let flow = 0; done() < count; flow += 1) {
    const folder = mkdtempSync(join(tmpdir(), "cellar-killed-"));
    const victims = PLACES[(seed + flow) % PLACES.length]!(folder);
    try {
      const found = await killAndGoOn(folder, victims, new Dice(seed + flow), (whom) => {
        kills[whom] = (kills[whom] ?? 0) + 1;
        return done() < count;
      });
      faults.push(...found.map((fault) => `seed ${seed + flow}: ${fault}`));
    } finally {
      await victims.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return { kills, faults };
}

async function killAndGoOn(
  folder: string,
  victims: Victims,
  dice: Dice,
  counted: (whom: string) => boolean,
): Promise<string[]> {
  writeFileSync(join(folder, "specs.json"), JSON.stringify(drawSpecs(dice)));
  const acknowledged: Note[] = [];
  let attempt: Attempt | undefined;
  let seen = 0;
  let goesOn = true;
  for (let kills = 0; ; ) {
    attempt ??= await victims.begin();
    const isLast = !goesOn || kills >= KILLS_PER_FLOW;
    const stands = isLast || (await ends(attempt, folder, dice));
    if (stands) {
      const printed = await inTime(attempt.ended);
      acknowledged.push(...readNotes(folder).slice(seen));
      if (!printed.includes("Success")) return [`it ended with ${printed}: ${await describeStuck(folder)}`];
      return await killedFaults(folder, acknowledged);
    }
    const whom = dice.pick(victims.whom);
    const before = readNotes(folder);
    const killed = await attempt.kill(whom);
    kills += 1;
    goesOn = counted(whom);
    if (killed.goesOn) continue;
    await inTime(attempt.ended);
    attempt = undefined;
    const after = readNotes(folder);
    acknowledged.push(...(killed.storeDied ? before : after).slice(seen)); // without a store tasks go on by what is in memory
    seen = after.length;
    if (await hasSucceeded(folder)) return await killedFaults(folder, acknowledged); // killed before it said so
  }
}

/** Whether the run came to its end before its process was killed: once more would be another run. */
async function hasSucceeded(folder: string): Promise<boolean> {
  const path = join(folder, ".cellar", "store.db");
  if (!existsSync(path)) return false;
  const store = await openStoreHere(path);
  const [newest] = await store.flowRuns({ limit: 1 });
  await store.close();
  return newest?.state.type === "Success";
}

/** What was printed; words in its place where nothing was in all this time. */
async function inTime(ended: Promise<string>): Promise<string> {
  const giveUp = new AbortController();
  const late = delay(PATIENCE_MS, `nothing within ${PATIENCE_MS / 1000} s`, { signal: giveUp.signal });
  late.catch(() => {}); // given up
  try {
    return await Promise.race([ended, late]);
  } catch (error) {
    return `an error of the client: ${(error as Error).message}`;
  } finally {
    giveUp.abort();
  }
}

/** Whether the flow ended before the moment at which it is to be killed. */
async function ends({ ended }: Attempt, folder: string, dice: Dice): Promise<boolean> {
  const atStart = dice.chance(0.15);
  const [until, pause] = [dice.below(NOTES_BETWEEN), dice.below(atStart ? STARTING_MS : WORKING_MS)];
  const log = join(folder, "side.log");
  const size = () => (existsSync(log) ? statSync(log).size : 0);
  const target = size() + until;
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!isOver && !atStart && size() <= target) await delay(2);
  if (!isOver) await delay(pause);
  return isOver;
}
