import { test } from "uvu";
import * as assert from "uvu/assert";
import { Cancelled, Failed, Skipped, type State, Success, TriggerFailed } from "../../src/state/states.js";
import { type Trigger, triggers } from "../../src/task/triggers.js";

const LETTERS: { readonly [letter: string]: State } = {
  S: new Success<unknown>({}),
  F: new Failed<unknown>({}),
  K: new Skipped({}),
  T: new TriggerFailed({}),
  C: new Cancelled({}),
};

/** Trigger, then upstream states → whether the task runs. */
const cases: readonly [Trigger, { readonly [upstream: string]: boolean | "pause" }][] = [
  [triggers.allSuccessful, { "": true, S: true, SK: true, SF: false, ST: false, SC: false }],
  [triggers.allFailed, { "": true, F: true, FT: true, FS: false, FK: false }],
  [triggers.anySuccessful, { "": true, FS: true, FK: true, FT: false }],
  [triggers.anyFailed, { "": true, SF: true, ST: true, SK: false }],
  [triggers.allFinished, { "": true, SFKTC: true }],
  [triggers.alwaysRun, { F: true }],
  [triggers.manualOnly, { "": "pause", S: "pause" }],
  [triggers.notAllSkipped, { "": true, S: true, SK: true, KK: false, SF: false }],
  [triggers.someFailed({ atLeast: 1 }), { SF: true, SS: false, FF: true }],
  [triggers.someFailed({ atLeast: 0.5 }), { SF: true, SSF: false }],
  [triggers.someFailed({ atLeast: 1, atMost: 2 }), { F: true, FF: true, FFF: false }],
  [triggers.someSuccessful({ atLeast: 2 }), { SF: false, SKF: true }],
  [triggers.someSuccessful({ atMost: 0.5 }), { SF: true, SSF: false }],
];
for (const [trigger, table] of cases)
  for (const [upstream, expected] of Object.entries(table))
    test(`triggers.${trigger.name} gives ${expected} for "${upstream}"`, () => {
      assert.is(trigger([...upstream].map((letter) => LETTERS[letter]!)), expected);
    });

test("triggers.alwaysRun is triggers.allFinished", () => {
  assert.is(triggers.alwaysRun, triggers.allFinished);
});

test.run();
