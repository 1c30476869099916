import { test } from "uvu";
import * as assert from "uvu/assert";
import { context, type State } from "../../src/index.js";
import { openStoreHere } from "../../src/store/open-store.js";
import { Dice, drawSeed } from "../reliability/dice.js";
import { buildFlow, type Counts, describe, type Program, randomProgram } from "./random-program.js";
import { type Ended, flowType, runModel } from "./reference-model.js";

const PROGRAMS = Number(process.env.CELLAR_PROGRAMS ?? 2000);
/** Each so manieth is run in a store, and gone on with until it succeeds or has been four times. */
const STORED = 6;
const MOST_RUNS = 4;

const mapIndexOf = (): number | null => context().mapIndex;

/** A state as text: type, value, children. */
function textOf(state: State): string {
  if (state.type === "Mapped") return `Mapped [${state.mapStates.map(textOf).join(", ")}]`;
  return state.type === "Success" ? `Success ${describe(state.result)}` : state.type;
}
function textOfEnd({ type, value, children }: Ended): string {
  if (children) return `Mapped [${children.map(textOfEnd).join(", ")}]`;
  return type === "Success" ? `Success ${describe(value)}` : type;
}

function compare(what: string, program: Program, actual: unknown, expected: unknown): void {
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  assert.equal(actual, expected, `${what}: ${JSON.stringify(program)}`);
}

test(`${PROGRAMS} random flow programs end as the reference model says`, async () => {
  const seed = drawSeed("reference model");
  const store = await openStoreHere(":memory:");
  for (let each = 0; each < PROGRAMS; each += 1) {
    const program = randomProgram(new Dice(seed + each));
    const isStored = each % STORED === 0;
    const [called, expectedCalls]: [Counts, Counts] = [new Map(), new Map()];
    let ends: Ended[] | undefined;
    for (let run = 1; run <= (isStored ? MOST_RUNS : 1); run += 1) {
      const what = `seed ${seed + each}, run ${run}`;
      const built = buildFlow(program, `program-${each}`, called, mapIndexOf);
      const state = await built.run({ store: isStored ? store : "none" });
      ends = runModel(program, expectedCalls, ends);
      const texts = built.calls.map((call) => textOf(state.result.get(call)));
      compare(what, program, texts, ends.map(textOfEnd));
      compare(what, program, Object.fromEntries([...called].sort()), Object.fromEntries([...expectedCalls].sort()));
      compare(what, program, state.type, flowType(program, ends));
      if (isStored) {
        const [stored] = await store.flowRuns({ flow: `program-${each}`, limit: 1 });
        const units = ends.flatMap(({ children, ...own }) => children ?? [own]);
        const kept = units.filter((unit) => unit.kept).length;
        compare(what, program, { attempt: stored!.attempt, kept: stored!.kept }, { attempt: run, kept });
      }
      if (state.type === "Success") break;
    }
  }
  await store.close();
});

test.run();
