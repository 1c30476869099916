import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openStore, openStoreHere } from "../../src/store/open-store.js";
import type { Store } from "../../src/store/store.js";
import { rejects } from "./rejects.js";
import { askOf } from "./sample-records.js";
import { freshPath } from "./scratch.js";

/** What people ask by mistake, as JavaScript lets them. */
const REFUSED: readonly (readonly [method: keyof Store, asked: readonly unknown[], told: RegExp])[] = [
  ["flowRuns", [{ limit: -1 }], /^Cannot list runs: limit must be a whole number from 0, not -1$/],
  ["flowRuns", [{ limit: "10" }], /limit must be .* not "10"$/],
  ["flowRuns", [{ limit: 1.5 }], /limit must be .* not 1.5$/],
  ["flowRuns", [{ limit: Number.NaN }], /limit must be .* not NaN$/],
  ["flowRuns", [{ limit: Number.POSITIVE_INFINITY }], /limit must be .* not Infinity$/],
  ["flowRuns", [{ limit: null }], /limit must be .* not null$/],
  ["flowRuns", [{ before: {} }], /before must be the id of a run, or a moment .* not an object$/],
  ["flowRuns", [{ before: new Date(Number.NaN) }], /before must be/],
  ["flowRuns", [{ flow: 5 }], /flow must be text, not 5$/],
  ["flowRuns", [{ file: ["a"] }], /file must be text, not a list$/],
  ["flowRuns", [{ notebook: true }], /notebook must be text, not true$/],
  ["flowRuns", [{ state: "failed" }], /state must be the name of a state, not "failed"$/],
  ["flowRuns", [{ lmit: 5 }], /there is no option "lmit"; there are notebook, file, flow, state, limit, before$/],
  ["flowRuns", [{ type: "Failed" }], /there is no option "type"; use "state"$/],
  ["flowRuns", ["etl"], /expected an object of options, got "etl"$/],
  ["flowRuns", [null], /expected an object of options, got null$/],
  ["flowRun", [5], /^Cannot read run: its id must be text, not 5$/],
  ["flowRun", [undefined], /its id must be text, not undefined$/],
  ["flowRun", ["r", 0], /attempt must be a whole number from 1, not 0$/],
  ["flowRun", ["r", "1"], /attempt must be a whole number from 1, not "1"$/],
  ["attempts", [{}], /the run's id must be text, not an object$/],
  ["history", [[]], /the task run's id must be text, not a list$/],
  ["logs", [5n], /the task run's id must be text, not 5$/],
  ["readResult", [{ id: "x" }], /its id must be text, not an object$/],
  [
    "gc",
    [{ olderThan: "30d", keepLast: 1, dryRun: true }],
    /^Cannot remove runs: olderThan must be a moment .* not "30d"$/,
  ],
  ["gc", [{ olderThan: 1, keepLast: -1, dryRun: true }], /keepLast must be a whole number from 0, not -1$/],
  ["gc", [{ olderThan: 1, keepLast: 1, dryRun: "no" }], /dryRun must be true or false, not "no"$/],
  ["gc", [{ olderThan: 1, keepLast: 1 }], /dryRun must be true or false, not undefined$/],
  ["gc", [], /expected an object of options, got undefined$/],
];

const test = suite("what a store is asked");
for (const [where, open] of [
  ["in this process", openStoreHere],
  ["in a store process", openStore],
] as const)
  test(`is refused with the name of what makes no sense (${where})`, async () => {
    const store = await open(freshPath());
    await store.begin(askOf("r"));
    for (const [method, asked, told] of REFUSED) {
      const ask = (store[method] as (...args: readonly unknown[]) => Promise<unknown>).bind(store);
      assert.instance(await rejects(ask(...asked), told), TypeError, `${method} ${told}`);
    }
    assert.is((await store.flowRuns({ limit: 0 })).length, 0);
    assert.is((await store.flowRuns({ notebook: "notes/etl.ipynb" })).length, 1);
    await store.close();
  });
test("is refused where the path is no text", async () => {
  for (const path of [5, {}, ""])
    assert.instance(await rejects(openStore(path as string), /its path must be text/), TypeError);
});
test.run();
