import { test } from "uvu";
import * as assert from "uvu/assert";
import { drawSeed } from "../reliability/dice.js";
import { modelHarness } from "./model-harness.js";

test("2000 random flow programs end as the reference model says", async () => {
  const { faults } = await modelHarness(drawSeed("model"), 2_000);
  assert.equal(faults, []);
});

test.run();
