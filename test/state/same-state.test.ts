import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Result } from "../../src/result/result.js";
import { sameState } from "../../src/state/same-state.js";
import {
  Cached,
  Failed,
  Looped,
  Mapped,
  Pending,
  Queued,
  Retrying,
  type State,
  Success,
  TimedOut,
} from "../../src/state/states.js";
import { SAMPLES } from "./sample-states.js";

const at = new Date(0);
const same = suite("sameState()");
for (const state of SAMPLES)
  same(`ignores message, timestamp and context of ${state.type}`, () =>
    assert.ok(sameState(state, state.with({ message: "x", timestamp: new Date(1), context: { a: 1 } }))),
  );
const value = (): unknown => ({ list: [new Map([["a", new Date(Number.NaN)]]), Number.NaN] });
const SAME: readonly (readonly [State, State])[] = [
  [new Success({ result: value() }), new Success({ result: value() })],
  [new Failed({ result: new TypeError("x") }), new Failed({ result: new TypeError("x") })],
  [
    new Pending({ cachedInputs: { x: new Result({ value: [1] }) } }),
    new Pending({ cachedInputs: { x: new Result({ value: [1] }) } }),
  ],
  [new Mapped({ mapStates: [new Success({ result: 1 })] }), new Mapped({ mapStates: [new Success({ result: 1 })] })],
  [new Queued({ state: new Success({ result: 1 }) }), new Queued({ state: new Success({ result: 1 }) })],
];
for (const [index, [left, right]] of SAME.entries())
  same(`takes pair ${index} for the same`, () => assert.ok(sameState(left, right)));
const DIFFERENT: readonly (readonly [State, State])[] = [
  [new Failed(), new TimedOut()],
  [new Success(), new Success({ result: undefined })],
  [new Success({ result: undefined }), new Success({ result: null })],
  [new Success({ result: 0 }), new Success({ result: -0 })],
  [new Success({ result: [1] }), new Success({ result: [2] })],
  [new Failed({ result: new TypeError("x") }), new Failed({ result: new TypeError("y") })],
  [new Retrying({ startTime: at, runCount: 1 }), new Retrying({ startTime: at, runCount: 2 })],
  [new Retrying({ startTime: at }), new Retrying({ startTime: new Date(1) })],
  [new Looped({ loopCount: 1 }), new Looped({ loopCount: 2 })],
  [new Cached({ hashedInputs: { x: "a" } }), new Cached({ hashedInputs: { x: "b" } })],
  [new Mapped({ mapStates: [new Success({ result: 1 })] }), new Mapped({ mapStates: [new Success({ result: 2 })] })],
  [new Mapped({ nMapStates: 1 }), new Mapped({ nMapStates: 2 })],
  [new Queued({ state: new Success() }), new Queued({ state: new Failed() })],
  [
    new Pending({ cachedInputs: { x: new Result({ value: 1 }) } }),
    new Pending({ cachedInputs: { y: new Result({ value: 1 }) } }),
  ],
  [new Pending({ cachedInputs: { x: new Result({ value: 1 }) } }), new Pending()],
];
for (const [index, [left, right]] of DIFFERENT.entries())
  same(`tells pair ${index} apart, both ways`, () => {
    assert.not.ok(sameState(left, right));
    assert.not.ok(sameState(right, left));
  });
same("compares stored results by what is stored, and never a stored one with a read one", async () => {
  const live = new Success({ result: [1n] });
  const stored = live.with({ result: await live._result.serialize() });
  const other = live.with({ result: await new Result({ value: [1n] }).serialize() });
  assert.ok(sameState(stored, other));
  assert.not.ok(sameState(live, stored));
  assert.ok(sameState(live, await stored.load()));
});
same.run();
