/**
 * The long form of the reliability tests: `node soak.js [damage] [killed] [disk] [shared]`, all of them where none is
 * named. CELLAR_SEED repeats a run. Ends with code 1 when something was lost or wrong.
 */
import { damageHarness } from "./damage.js";
import { drawSeed } from "./dice.js";
import { writeErrorHarness } from "./disk.js";
import { killedHarness } from "./killed.js";
import { sharedHarness } from "./shared.js";

interface Soaked {
  readonly figures: object;
  readonly faults: readonly string[];
}

const HARNESSES: { readonly [name: string]: () => Promise<Soaked> } = {
  async damage() {
    const { wrong, ...figures } = await damageHarness(drawSeed("damage"), 10_000);
    return { figures, faults: wrong };
  },
  async killed() {
    const { kills, faults } = await killedHarness(drawSeed("killed"), 500);
    return { figures: kills, faults };
  },
  async disk() {
    const { faults, ...figures } = await writeErrorHarness(400);
    return { figures, faults };
  },
  async shared() {
    const { faults, ...figures } = await sharedHarness(150);
    return { figures, faults };
  },
};

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(HARNESSES)) {
  const harness = HARNESSES[name];
  if (!harness) throw new RangeError(`Cannot soak "${name}": there are ${Object.keys(HARNESSES).join(", ")}`);
  const start = performance.now();
  const { figures, faults } = await harness();
  console.log(
    `${name}: ${JSON.stringify(figures)}, ${faults.length} faults, ${Math.round((performance.now() - start) / 1000)} s`,
  );
  for (const fault of faults) console.log(`  ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}
