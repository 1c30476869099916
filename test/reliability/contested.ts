import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BegunRun, RunHold } from "../../src/store/begin-ask.js";
import { openStore } from "../../src/store/open-store.js";
import { RunOwnedError, type Store } from "../../src/store/store.js";
import { askOf, resultOf, self, stateOf, transitionOf } from "../store/sample-records.js";
import { Dice } from "./dice.js";

const PROCESSES = 3;

/** How a process begins a run: as the store does it, or in another way that a test plants. */
export type Begin = (store: Store, newId: string, ownerId: string, flow: string) => Promise<BegunRun>;

export const beginAtOnce: Begin = (store, newId, ownerId, flow) =>
  store.begin(askOf(newId, { owner: { ...self, id: ownerId }, place: { flow, file: "n.ipynb", cell: "c" } }));

/**
 * Processes that start or resume the same run at the same instant, over and over: exactly one may run it, the others
 * are told who does, and no task is written as a success twice.
 */
export async function contestedHarness(
  seed: number,
  rounds: number,
  begin: Begin = beginAtOnce,
): Promise<{ won: number; told: number; faults: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "cellar-contested-"));
  const path = join(folder, "store.db");
  const stores = await Promise.all(Array.from({ length: PROCESSES }, () => openStore(path)));
  const dice = new Dice(seed);
  const faults: string[] = [];
  let [won, told] = [0, 0];
  const runRound = async (flow: string, round: string): Promise<void> => {
    const asks = stores.map(async (store, number) => {
      await new Promise((resolve) => setTimeout(resolve, dice.below(3)));
      return begin(store, `${flow} ${round} ${number}`, `${flow} ${round} owner ${number}`, flow);
    });
    const begun = await Promise.allSettled(asks);
    const winners = begun.flatMap((each, at) => (each.status === "fulfilled" ? [{ at, ...each.value }] : []));
    for (const each of begun) {
      if (each.status === "fulfilled") continue;
      if (each.reason instanceof RunOwnedError && each.reason.message.includes(String(process.pid))) told += 1;
      else faults.push(`${flow} ${round}: ${each.reason}`);
    }
    won += winners.length;
    if (winners.length !== 1) faults.push(`${flow} ${round}: ${winners.length} processes run it`);
    await Promise.all(winners.map(({ at, hold }) => runTask(stores[at]!, hold, round)));
    for (const { at, hold, run } of winners)
      await stores[at]!.append(hold, [], { run: { ...run, state: stateOf("Failed"), endedAt: 2_000 } });
  };
  try {
    for (let round = 0; round < rounds; round += 1) {
      const flow = `flow-${round}`;
      await runRound(flow, "start");
      await runRound(flow, "resume");
      const runs = await stores[0]!.flowRuns({ flow });
      const successes = (await Promise.all(runs.map(({ id }) => stores[0]!.history(`${id}/a`)))).flat();
      const each = new Set(successes.map(({ attemptId }) => attemptId));
      if (runs.length !== 1) faults.push(`${flow}: it has ${runs.length} runs`);
      if (successes.length !== each.size) faults.push(`${flow}: an attempt has two successes`);
    }
  } finally {
    await Promise.all(stores.map((store) => store.close()));
    rmSync(folder, { recursive: true, force: true });
  }
  return { won, told, faults };
}

async function runTask(store: Store, hold: RunHold, round: string): Promise<void> {
  const memory = { attempt: `${hold.runId} ${round}` };
  await store.append(hold, [transitionOf(hold.runId, "a", "Success", { result: resultOf(round), memory })]);
}
