import { test } from "uvu";
import * as assert from "uvu/assert";
import { flow, merge, parameter, task, when } from "../../src/index.js";

const isBig = task("is big", (n: number) => n > 10);
const big = task("big", (n: number) => `big ${n}`);
const small = task("small", (n: number) => `small ${n}`);
const not = task("not", (value: boolean) => !value);
const shout = task("shout", (text: string) => text.toUpperCase());

const branches = flow("branches", () => {
  const n = parameter<number>("n");
  const condition = isBig(n);
  const one = when(condition, () => shout(big(n)));
  const other = when(not(condition), () => small(n));
  return { one, other, joined: merge(one, other) };
});

for (const [n, taken, skipped, value] of [
  [20, "one", "other", "BIG 20"],
  [2, "other", "one", "small 2"],
] as const)
  test(`when() and merge() take the branch "${taken}" for ${n}`, async () => {
    const state = await branches.run({ store: "none", parameters: { n } });
    assert.is(state.result.get(branches.calls[taken]).type, "Success");
    assert.is(state.result.get(branches.calls[skipped]).type, "Skipped");
    assert.is(state.result.get(branches.calls.joined).result, value);
    assert.is(state.type, "Success");
  });

test.run();
