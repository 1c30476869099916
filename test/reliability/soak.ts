/**
 * The long form of the reliability tests: `npm run soak -- [part…] [--seed n] [--runs n]`, all parts where none is
 * named. A part prints the seed that repeats it; `--runs` says how much of it (1 repeats a single case of the seed that
 * a fault names). Closes with a table and ends with code 1 when something was lost or wrong.
 */
import { parseArgs } from "node:util";
import { modelHarness } from "../engine/model-harness.js";
import { contestedHarness } from "./contested.js";
import { damageHarness } from "./damage.js";
import { drawSeed } from "./dice.js";
import { writeErrorHarness } from "./disk.js";
import { hostileHarness } from "./hostile-fuzz.js";
import { killedHarness } from "./killed.js";
import { refusedCallsHarness } from "./refused-calls.js";
import { sharedHarness } from "./shared.js";

interface Part {
  /** What `runs` counts. */
  readonly unit: string;
  readonly runs: number;
  soak(seed: number, runs: number): Promise<{ readonly figures: object; readonly faults: readonly string[] }>;
}

const PARTS: { readonly [name: string]: Part } = {
  damage: {
    unit: "damages of a store's files",
    runs: 10_000,
    async soak(seed, runs) {
      const { wrong, ...figures } = await damageHarness(seed, runs);
      return { figures, faults: wrong };
    },
  },
  killed: {
    unit: "kills",
    runs: 500,
    async soak(seed, runs) {
      const { kills, faults } = await killedHarness(seed, runs);
      return { figures: kills, faults };
    },
  },
  contested: {
    unit: "runs begun and resumed by three processes at once",
    runs: 10_000,
    soak: async (seed, runs) => withFigures(await contestedHarness(seed, runs)),
  },
  disk: {
    unit: "sizes at which a disk is full",
    runs: 400,
    soak: async (_, runs) => withFigures(await writeErrorHarness(runs)),
  },
  calls: {
    unit: "ways to refuse each call",
    runs: 4,
    soak: async (_, runs) => withFigures(await refusedCallsHarness(runs)),
  },
  shared: {
    unit: "rounds of two kernels, the command line and a script",
    runs: 700, // about ten minutes
    soak: async (_, runs) => withFigures(await sharedHarness(runs)),
  },
  model: {
    unit: "random programs",
    runs: 1_000_000,
    soak: async (seed, runs) => withFigures(await modelHarness(seed, runs)),
  },
  hostile: {
    unit: "damaged values, states and notebooks",
    runs: 5_000_000, // about an hour
    soak: async (seed, runs) => withFigures(await hostileHarness(seed, runs)),
  },
};

function withFigures<R extends { readonly faults: readonly string[] }>({ faults, ...figures }: R) {
  return { figures, faults };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: "string" }, runs: { type: "string" } },
});
const wanted = positionals.length > 0 ? positionals : Object.keys(PARTS);
for (const name of wanted)
  if (!PARTS[name]) throw new RangeError(`Cannot soak "${name}": there are ${Object.keys(PARTS).join(", ")}`);
const runsGiven = values.runs === undefined ? undefined : Number(values.runs);
if (runsGiven !== undefined && !(Number.isInteger(runsGiven) && runsGiven > 0))
  throw new TypeError(`Cannot soak: --runs is "${values.runs}", no whole number above 0`);
process.removeAllListeners("warning"); // what a run could not store is looked at by the harnesses, not printed

const table: object[] = [];
for (const name of wanted) {
  const { unit, runs: long, soak } = PARTS[name]!;
  const runs = runsGiven ?? long;
  const seed = drawSeed(name, values.seed);
  const start = performance.now();
  const { figures, faults } = await soak(seed, runs);
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(`${name}: ${runs} ${unit}, ${JSON.stringify(figures)}, ${faults.length} faults, ${seconds} s`);
  for (const fault of faults) console.log(`  ${fault}`);
  table.push({ part: name, runs, of: unit, seed, seconds, faults: faults.length });
  if (faults.length > 0) process.exitCode = 1;
}
console.table(table);
