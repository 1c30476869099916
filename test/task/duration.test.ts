import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Duration, durationMs } from "../../src/task/duration.js";

for (const [text, expected] of [
  [0, 0],
  [1500, 1500],
  ["250ms", 250],
  ["30s", 30_000],
  ["1.5s", 1500],
  ["5m", 300_000],
  ["1h", 3_600_000],
  ["2d", 172_800_000],
] as const)
  test(`durationMs() reads ${JSON.stringify(text)}`, () => {
    assert.is(durationMs(text, "timeout"), expected);
  });

for (const nonsense of ["soon", "", "s", "-1s", -1, Number.NaN, Number.POSITIVE_INFINITY, null, {}, "1 banana"])
  test(`durationMs() refuses ${JSON.stringify(nonsense)} (${String(nonsense)}), naming what it is for`, () => {
    assert.throws(
      () => durationMs(nonsense as Duration, "timeout"),
      (error: Error) => error instanceof TypeError && error.message.includes("timeout"),
    );
  });

test.run();
