/** The coordinator's side against a queue in memory, in time of its own: faults by chance, the same for a seed. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Dice } from "../reliability/dice.js";
import { type Faults, simulate } from "./simulation.js";

const NONE: Faults = { lostOrder: 0, lostNote: 0, death: 0, pause: 0, lostOutcome: 0, wipes: 0, restarts: 0 };
const SMALL = { tasks: 2000, workers: 20, concurrency: 200 };

const test = suite("simulation");
const cases: readonly (readonly [what: string, faults: Faults])[] = [
  ["nothing goes wrong", NONE],
  ["orders are lost", { ...NONE, lostOrder: 0.05 }],
  ["notes are lost", { ...NONE, lostNote: 0.2 }],
  ["all notes are lost", { ...NONE, lostNote: 1 }],
  ["workers die", { ...NONE, death: 0.01 }],
  ["workers stop past their leases and go on", { ...NONE, pause: 0.02 }],
  ["outcomes are lost", { ...NONE, lostOutcome: 0.05 }],
  ["the queue is wiped", { ...NONE, wipes: 5 }],
  ["the coordinator starts again", { ...NONE, restarts: 5 }],
  [
    "all of it happens",
    { lostOrder: 0.02, lostNote: 0.1, death: 0.005, pause: 0.01, lostOutcome: 0.02, wipes: 3, restarts: 3 },
  ],
];
for (const [index, [what, faults]] of cases.entries())
  test(`each attempt is taken once where ${what}`, async () => {
    const { taken, twice, calls } = await simulate(new Dice(index + 1), SMALL, faults);
    assert.is(taken.size, SMALL.tasks);
    assert.equal(twice, []);
    for (const [id, outcome] of taken) assert.is(outcome, `outcome of ${id}`);
    assert.ok(calls >= SMALL.tasks);
    if (faults === NONE) assert.is(calls, SMALL.tasks);
  });
test("a coordinator that starts again has nothing called twice", async () => {
  const { calls } = await simulate(new Dice(7), SMALL, { ...NONE, restarts: 10 });
  assert.is(calls, SMALL.tasks);
});
test("200 workers and 100 000 tasks: none is lost", async () => {
  const faults = { lostOrder: 0.0005, lostNote: 0.01, death: 0.0005, pause: 0.0005, lostOutcome: 0.0005 };
  const size = { tasks: 100_000, workers: 200, concurrency: 800 };
  const { taken, twice, durationMs } = await simulate(new Dice(11), size, { ...faults, wipes: 2, restarts: 2 });
  assert.equal([taken.size, twice], [size.tasks, []]);
  assert.ok(durationMs > 60_000);
});
test.run();
