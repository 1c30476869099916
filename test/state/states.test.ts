import { inspect } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { STATE_TYPES, type StateType } from "../../src/contracts/records.js";
import { NoResult } from "../../src/result/no-result.js";
import { Result } from "../../src/result/result.js";
import { UnreadResultError } from "../../src/result/unread-result-error.js";
import {
  type State as AnyState,
  Cached,
  Failed,
  Mapped,
  Paused,
  Pending,
  Queued,
  Retrying,
  Running,
  Scheduled,
  STATE_CLASSES,
  State,
  Submitted,
  Success,
  unwrapped,
} from "../../src/state/states.js";
import { SAMPLES } from "./sample-states.js";

/** uvu calls what it is given: a class would accept every error. */
const is =
  (Class: new (...parts: never[]) => Error) =>
  (error: unknown): boolean =>
    error instanceof Class;

const PREDICATES = {
  isPending: ["Pending", "Scheduled", "Retrying", "Paused", "Resume"],
  isScheduled: ["Scheduled", "Retrying", "Paused", "Resume"],
  isRetrying: ["Retrying"],
  isRunning: ["Running", "Cancelling"],
  isFinished: [
    "Success",
    "Cached",
    "Mapped",
    "Skipped",
    "Looped",
    "Failed",
    "TimedOut",
    "TriggerFailed",
    "ValidationFailed",
    "Crashed",
    "Cancelled",
  ],
  isSuccessful: ["Success", "Cached", "Mapped", "Skipped"],
  isFailed: ["Failed", "TimedOut", "TriggerFailed", "ValidationFailed", "Crashed"],
  isCached: ["Cached"],
  isMapped: ["Mapped"],
  isSkipped: ["Skipped"],
  isMeta: ["Submitted", "Queued"],
} as const;

/** The table of flow.md §2: type → what it extends. */
const PARENTS: { readonly [type in StateType]?: readonly string[] } = {
  Scheduled: ["Pending"],
  Retrying: ["Scheduled", "Pending"],
  Paused: ["Scheduled", "Pending"],
  Resume: ["Scheduled", "Pending"],
  Cancelling: ["Running"],
  Cached: ["Success"],
  Mapped: ["Success"],
  Skipped: ["Success"],
  TimedOut: ["Failed"],
  TriggerFailed: ["Failed"],
  ValidationFailed: ["Failed"],
  Crashed: ["Failed"],
};

const table = suite("states");
table("there is one of every type", () =>
  assert.equal(
    SAMPLES.map(({ type }) => type),
    [...STATE_TYPES],
  ),
);
for (const state of SAMPLES) {
  table(`${state.type} answers the predicates of the table`, () => {
    for (const [name, types] of Object.entries(PREDICATES))
      assert.is(state[name as keyof typeof PREDICATES](), (types as readonly string[]).includes(state.type), name);
  });
  table(`${state.type} extends what the table says`, () => {
    assert.instance(state, State);
    for (const [type, Class] of Object.entries(STATE_CLASSES))
      assert.is(state instanceof Class, type === state.type || (PARENTS[state.type] ?? []).includes(type), type);
  });
  table(`${state.type} never changes`, () => {
    const before = inspect(state, { depth: 9 });
    assert.throws(() => Object.assign(state, { message: "other" }), is(TypeError));
    assert.throws(() => Object.assign(state, { more: 1 }), is(TypeError));
    assert.throws(() => Object.assign(state.cachedInputs, { z: NoResult }), is(TypeError));
    assert.throws(() => Object.assign(state.context, { z: 1 }), is(TypeError));
    state.timestamp.setTime(0);
    if ("startTime" in state) state.startTime?.setTime(0);
    if (state.type === "Cached") state.cachedResultExpiration?.setTime(0);
    if (state.type === "Mapped") assert.throws(() => (state.mapStates as AnyState[]).push(state), is(TypeError));
    assert.is(inspect(state, { depth: 9 }), before);
  });
  table(`${state.type}.with() gives another of its class, with all else kept`, () => {
    const other = state.with({ message: "other" });
    assert.is(other.constructor, state.constructor);
    assert.is.not(other, state);
    assert.equal({ ...other.fields(), message: null }, { ...state.fields(), message: null });
    assert.is(other.message, "other");
  });
}
table.run();

const results = suite("state.result");
for (const value of [undefined, null, false, 0, "", Number.NaN])
  results(`keeps ${String(value)}`, () => {
    const state = new Success({ result: value });
    assert.is.not(state._result, NoResult);
    assert.ok(Object.is(state.result, value));
  });
results("takes a Result as it is", () => {
  const result = new Result({ value: 1 });
  assert.is(new Success({ result })._result, result);
});
results("is undefined under NoResult, which a state has unless told otherwise", () => {
  assert.is(new Success()._result, NoResult);
  assert.is(new Success().result, undefined);
});
results("throws while it is stored, and load() gives a state that has it", async () => {
  const stored = await new Result({ value: [1n] }).serialize();
  const state = new Retrying({ result: stored, runCount: 3, message: "m" });
  assert.throws(
    () => state.result,
    (error: unknown) => error instanceof UnreadResultError && error.message.includes("await state.load()"),
  );
  const loaded = await state.load();
  assert.instance(loaded, Retrying);
  assert.equal(loaded.result, [1n]);
  assert.is(loaded.runCount, 3);
  assert.equal(loaded.timestamp, state.timestamp);
  assert.is(state._result, stored);
});
results("load() is the state itself when there is nothing to read", async () => {
  const state = new Success({ result: 1 });
  assert.is(await state.load(), state);
});
results("Mapped.load() reads its children too", async () => {
  const child = new Success({ result: await new Result({ value: 1 }).serialize() });
  const loaded = await new Mapped({ mapStates: [child, new Pending()] }).load();
  assert.is(loaded.mapStates[0]!.result, 1);
  assert.is(loaded.mapStates[1]!.type, "Pending");
});
results.run();

const fields = suite("state fields");
fields("message, cachedInputs and context are empty, timestamp is now", () => {
  const before = Date.now();
  const state = new Pending();
  assert.is(state.message, null);
  assert.equal(state.cachedInputs, {});
  assert.equal(state.context, {});
  assert.ok(state.timestamp.getTime() >= before && state.timestamp.getTime() <= Date.now());
});
fields("defaults are those of the table", () => {
  assert.instance(new Scheduled().startTime, Date);
  assert.is(new Paused().startTime, null);
  assert.is(new Retrying().runCount, 1);
  assert.is(new Cached().cachedResultExpiration, null);
  assert.is(new Mapped().nMapStates, 0);
  assert.is(new Mapped({ nMapStates: 4 }).nMapStates, 4);
  assert.is(new Mapped({ nMapStates: 4, mapStates: [new Pending()] }).nMapStates, 1);
});
fields("are not changed by what they were made of", () => {
  const context = { list: [1] };
  const cachedInputs: { [name: string]: Result } = {};
  const timestamp = new Date(5);
  const state = new Pending({ context, cachedInputs, timestamp });
  context.list.push(2);
  cachedInputs.x = NoResult;
  timestamp.setTime(6);
  assert.equal(state.context, { list: [1] });
  assert.equal(state.cachedInputs, {});
  assert.is(state.timestamp.getTime(), 5);
});
fields("refuse what is no date and no JSON", () => {
  assert.throws(
    () => new Pending({ timestamp: new Date(Number.NaN) }),
    /^Cannot make state: timestamp is no valid Date$/,
  );
  assert.throws(() => new Scheduled({ startTime: "now" as never }), /startTime is no valid Date/);
  assert.throws(() => new Pending({ context: { a: { f: (() => 1) as never } } }), /context\.a\.f: function/);
});
fields("meta states never nest", () => {
  const inside = new Running();
  const state = new Submitted({ state: new Queued({ state: inside }) });
  assert.is(state.state, inside);
  assert.is(unwrapped(state), inside);
  assert.is(unwrapped(inside), inside);
});
fields("`switch (state.type)` narrows", () => {
  const describe = (state: AnyState<number>): string => {
    switch (state.type) {
      case "Retrying":
        return `again at ${state.startTime.getTime()} after ${state.runCount}`;
      case "Success":
        return state.result.toFixed(1);
      case "Submitted":
        return describe(state.state);
      default:
        return state.type;
    }
  };
  assert.is(describe(new Submitted({ state: new Success({ result: 2 }) })), "2.0");
  assert.is(describe(new Retrying({ startTime: new Date(7), runCount: 2 })), "again at 7 after 2");
  assert.is(describe(new Failed<number>()), "Failed");
});
fields("`instanceof` narrows to all that extend a class", () => {
  const describe = (state: AnyState<number> | string): string => {
    if (!(state instanceof State)) return state;
    if (state instanceof Success) return state.type === "Cached" ? `cached ${state.result}` : `success ${state.result}`;
    return state instanceof Scheduled ? `at ${state.startTime?.getTime()}` : state.type;
  };
  assert.is(describe(new Cached({ result: 1 })), "cached 1");
  assert.is(describe(new Retrying<number>({ startTime: new Date(3) })), "at 3");
  assert.is(describe("text"), "text");
});
fields("classes have the names of their types", () => {
  for (const state of SAMPLES) assert.is(state.constructor.name, state.type);
});
fields("inspect() shows what says something", () => {
  assert.is(
    inspect(new Failed({ message: "No.", timestamp: new Date(0) })),
    "Failed { message: 'No.', timestamp: 1970-01-01T00:00:00.000Z }",
  );
});
fields.run();
