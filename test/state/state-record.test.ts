import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NO_RESULT_RECORD } from "../../src/contracts/records.js";
import { NoResult } from "../../src/result/no-result.js";
import { Result } from "../../src/result/result.js";
import { storedResult } from "../../src/result/stored-result.js";
import { unserializableResult } from "../../src/result/unserializable.js";
import { sameState } from "../../src/state/same-state.js";
import { resultRecord, stateOfRecord, stateRecord } from "../../src/state/state-record.js";
import { Failed, Paused, Retrying, type State, Success } from "../../src/state/states.js";
import { SAMPLES } from "./sample-states.js";

const reference = { id: "ab".repeat(32), serializer: { type: "json" }, bytes: 12 };

const records = suite("records of states");
records("resultRecord() tells NoResult, undefined and null apart", () => {
  assert.equal(resultRecord(NoResult), NO_RESULT_RECORD);
  assert.is(resultRecord(new Result({ value: undefined })).preview, "undefined");
  assert.is(resultRecord(new Result({ value: null })).preview, "null");
});
records("resultRecord() of a live, a stored and a noted result", async () => {
  const live = new Result({ value: [1] });
  assert.equal(resultRecord(live), {
    v: 1,
    kind: "Result",
    id: null,
    serialized: false,
    serializer: "value",
    bytes: null,
    preview: "[ 1 ]",
  });
  assert.equal(resultRecord(live, { stored: reference, preview: "p" }), {
    v: 1,
    kind: "Result",
    id: reference.id,
    serialized: true,
    serializer: "value",
    bytes: 12,
    preview: "p",
  });
  const refuse = (): never => {
    throw new Error("not to be read");
  };
  const unread = storedResult(reference, { read: refuse, shelf: refuse });
  assert.equal(resultRecord(unread).id, reference.id);
  assert.is(resultRecord(unread).preview, null);
});
records("resultRecord() of what could not be stored", () => {
  const record = resultRecord(new Result({ value: () => 1 }), { reason: "Cannot serialize result: function" });
  assert.is(record.kind, "Unserializable");
  assert.is(record.id, null);
  assert.is(record.reason, "Cannot serialize result: function");
  const loaded = resultRecord(unserializableResult({ reason: "why", preview: "how" }));
  assert.equal(
    [loaded.kind, loaded.reason, loaded.preview, loaded.serialized],
    ["Unserializable", "why", "how", false],
  );
});
records("stateRecord() carries the error of a failed state", () => {
  const record = stateRecord(new Failed({ result: new TypeError("no", { cause: new Error("deep") }) }), {
    runCount: 2,
  });
  assert.is(record.runCount, 2);
  assert.is(record.error?.name, "TypeError");
  assert.is(record.error?.cause?.message, "deep");
  assert.is(stateRecord(new Failed()).error, undefined);
});
records("stateRecord() of a paused state starts never, of a wrapped one when the one inside does", () => {
  assert.is(stateRecord(new Paused()).startTime, null);
  const queued = SAMPLES.find(({ type }) => type === "Queued")!;
  assert.is(stateRecord(queued).startTime, Date.parse("2026-01-02T03:05:00.000Z"));
  assert.is(stateRecord(new Success({ result: 1 })).startTime, undefined);
});
for (const state of SAMPLES) {
  records(`stateRecord() of ${state.type} is plain JSON`, () => {
    const record = stateRecord(state, { progress: { fraction: 0.5, message: null } });
    assert.equal(JSON.parse(JSON.stringify(record)), record);
  });
  records(`stateOfRecord() makes ${state.type} again`, () => {
    const again = stateOfRecord(stateRecord(state), state._result, state.cachedInputs) as State;
    assert.is(again.constructor, state.constructor);
    assert.equal(stateRecord(again), stateRecord(state));
    const isWhole = !["Submitted", "Queued", "Mapped", "Cached"].includes(state.type); // parts that records leave out
    if (isWhole) assert.ok(sameState(again, state));
  });
}
records("stateOfRecord() brings back how often it was tried", () => {
  const again = stateOfRecord(stateRecord(new Retrying({ runCount: 3 })), NoResult) as Retrying;
  assert.is(again.runCount, 3);
});
records.run();
