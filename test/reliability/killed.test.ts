import { test } from "uvu";
import * as assert from "uvu/assert";
import { drawSeed } from "./dice.js";
import { killedHarness } from "./killed.js";

test("30 kills of script, store, session and kernel lose no acknowledged result and commit none twice", async () => {
  const { kills, faults } = await killedHarness(drawSeed("killed"), 30);
  console.log(`killed: ${JSON.stringify(kills)}`);
  assert.equal(faults, []);
});

test.run();
