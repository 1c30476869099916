import { test } from "uvu";
import * as assert from "uvu/assert";
import { askOf, self } from "../store/sample-records.js";
import { type Begin, contestedHarness } from "./contested.js";
import { drawSeed } from "./dice.js";

test("of processes that start or resume a run at the same instant one runs, and the others say who does", async () => {
  const { won, told, faults } = await contestedHarness(drawSeed("contested"), 100);
  console.log(`contested: ${won} ran, ${told} were told who does`);
  assert.equal(faults, []);
});

test("a beginning that looks first and writes later is found", async () => {
  const inTwoSteps: Begin = async (store, newId, ownerId, flow) => {
    const [left] = await store.flowRuns({ flow });
    const choice = left ? ({ kind: "unsuccessful" } as const) : ({ kind: "new" } as const);
    const place = { flow, file: "n.ipynb", cell: "c" };
    return await store.begin(askOf(newId, { owner: { ...self, id: ownerId }, place, choice }));
  };
  const { faults } = await contestedHarness(drawSeed("contested in two steps"), 30, inTwoSteps);
  assert.match(faults.join("\n"), /processes run it/);
});

test.run();
