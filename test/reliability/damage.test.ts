import { test } from "uvu";
import * as assert from "uvu/assert";
import { damageHarness } from "./damage.js";
import { drawSeed } from "./dice.js";

test("300 damages of store files are told or harmless: no wrong value, no hang, and a lost blob is made again", async () => {
  const { wrong, ...ended } = await damageHarness(drawSeed("damage"), 300);
  console.log(`damage: ${JSON.stringify(ended)}`);
  assert.equal(wrong, []);
});

test.run();
