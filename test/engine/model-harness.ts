/** Runs random flow programs and compares each with what the reference model works out. */
import * as assert from "uvu/assert";
import { ScriptHost } from "../../src/engine/host/script-host.js";
import { installEngine } from "../../src/engine/install.js";
import { context, type State } from "../../src/index.js";
import { openStoreHere } from "../../src/store/open-store.js";
import type { Store } from "../../src/store/store.js";
import { Dice } from "../reliability/dice.js";
import { buildFlow, type Counts, describe, givenStates, type Program, randomProgram } from "./random-program.js";
import { type Ended, flowType, runModel } from "./reference-model.js";

/** About each so manieth is run in a store, and gone on with until it succeeds or has been four times. */
const STORED = 6;
const MOST_RUNS = 4;
/** A store in memory is begun anew after so many programs. */
const PROGRAMS_PER_STORE = 2_000;

export interface ModelReport {
  readonly programs: number;
  /** Runs of flows, those included that went on with an earlier one. */
  readonly runs: number;
  /** Programs that ended otherwise than the model says, each with the seed that repeats it: `modelHarness(seed, 1)`. */
  readonly faults: readonly string[];
}

/** @param count programs. The seed of one is `seed` plus its place. */
export async function modelHarness(seed: number, count: number): Promise<ModelReport> {
  const faults: string[] = [];
  let runs = 0;
  for (let first = 0; first < count; first += PROGRAMS_PER_STORE) {
    const store = await openStoreHere(":memory:");
    for (let each = first; each < Math.min(count, first + PROGRAMS_PER_STORE); each += 1)
      try {
        runs += await compareRuns(seed + each, store);
      } catch (error) {
        faults.push(
          `seed ${seed + each}: ${(error as Error).message} ${(error as { details?: string }).details ?? ""}`,
        );
      }
    await store.close();
  }
  return { programs: count, runs, faults };
}

/** Runs the program of a seed and gives how many runs it took. @throws {Error} where model and engine differ. */
async function compareRuns(seed: number, store: Store): Promise<number> {
  const program = randomProgram(new Dice(seed));
  const isStored = seed % STORED === 0;
  const [called, expectedCalls]: [Counts, Counts] = [new Map(), new Map()];
  const memory = { counts: expectedCalls, cache: isStored ? new Map<string, { key: string; value: unknown }>() : null };
  let ends: Ended[] | undefined;
  for (let run = 1; ; run += 1) {
    const what = `run ${run}`;
    installEngine(new ScriptHost(undefined)); // each run is that of a new execution of the script
    const built = buildFlow(program, `program-${seed}`, called, mapIndexOf);
    const state = await built.run(isStored ? { store } : { store: "none", taskStates: givenStates(program) });
    ends = runModel(program, memory, { before: ends, areGiven: !isStored });
    const texts = built.calls.map((call) => textOf(state.result.get(call)));
    compare(what, program, texts, ends.map(textOfEnd));
    compare(what, program, Object.fromEntries([...called].sort()), Object.fromEntries([...expectedCalls].sort()));
    compare(what, program, state.type, flowType(program, ends));
    if (isStored) {
      const [stored] = await store.flowRuns({ flow: `program-${seed}`, limit: 1 });
      const units = ends.flatMap(({ children, ...own }) => children ?? [own]);
      const kept = units.filter((unit) => unit.kept).length;
      compare(what, program, { attempt: stored!.attempt, kept: stored!.kept }, { attempt: run, kept });
    }
    if (state.type === "Success" || !isStored || run === MOST_RUNS) return run;
  }
}

const mapIndexOf = (): number | null => context().mapIndex;

/** A state as text: type, value, children. */
function textOf(state: State): string {
  if (state.type === "Mapped") return `Mapped [${state.mapStates.map(textOf).join(", ")}]`;
  const { type } = state;
  return type === "Success" || type === "Cached" ? `${type} ${describe(state.result)}` : type;
}
function textOfEnd({ type, value, children }: Ended): string {
  if (type === "Mapped" && children) return `Mapped [${children.map(textOfEnd).join(", ")}]`;
  return type === "Success" || type === "Cached" ? `${type} ${describe(value)}` : type;
}

function compare(what: string, program: Program, actual: unknown, expected: unknown): void {
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  assert.equal(actual, expected, `${what}: ${JSON.stringify(program)}`);
}
