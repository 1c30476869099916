import { test } from "uvu";
import * as assert from "uvu/assert";
import { readFlowRun, readResult, readState } from "../../extension/src/renderers/read-record.js";
import { failedRun, sampleResult, sampleState } from "../display/sample-runs.js";

test("readState(), readResult() and readFlowRun() take what the kernel writes", () => {
  assert.equal(readState(sampleState("Failed")), sampleState("Failed"));
  assert.equal(readResult(sampleResult), sampleResult);
  assert.equal(readFlowRun(failedRun()), failedRun());
});

const REFUSED: readonly [string, () => unknown, RegExp][] = [
  ["text", () => readState("<b>"), /no object/],
  ["null", () => readFlowRun(null), /no object/],
  ["a list", () => readResult([]), /no object/],
  ["an unknown state", () => readState({ ...sampleState("Success"), type: "constructor" }), /type is unknown/],
  ["an unknown kind of result", () => readResult({ ...sampleResult, kind: "__proto__" }), /kind is unknown/],
  ["a newer version", () => readState({ ...sampleState("Success"), v: 2 }), /newer Cellar \(version 2\)/],
  ["a run without tasks", () => readFlowRun({ ...failedRun(), tasks: undefined }), /a part of it is missing/],
  ["a run whose task has no state", () => readFlowRun({ ...failedRun(), tasks: [{}] }), /no object/],
];
for (const [what, read, message] of REFUSED)
  test(`reading ${what} says in words why it cannot be shown`, () => {
    assert.throws(read, (error: Error) => error instanceof TypeError && message.test(error.message));
  });

test.run();
