import { test } from "uvu";
import * as assert from "uvu/assert";
import { lastSegment, segmentsOf } from "../../extension/src/views/attempts.js";
import { countdown, runProgress, taskProgress } from "../../extension/src/views/remaining.js";
import type { StateType } from "../../src/contracts/records.js";
import { START, sampleState, sampleTask } from "../display/sample-runs.js";

const state = (type: StateType, at: number, runCount: number) => sampleState(type, { timestamp: START + at, runCount });

test("segmentsOf() cuts a task's time into waiting, running and waiting for the next attempt", () => {
  const segments = segmentsOf([
    state("Pending", 0, 0),
    state("Submitted", 5, 0),
    state("Running", 10, 1),
    state("Failed", 30, 1),
    state("Retrying", 30, 1),
    state("Running", 130, 2),
    state("Success", 150, 2),
  ]);
  assert.equal(
    segments.map(({ kind, from, to, attempt, end }) => [kind, from - START, to! - START, attempt, end?.type]),
    [
      ["queued", 0, 10, 0, "Running"],
      ["running", 10, 30, 1, "Failed"],
      ["waiting", 30, 130, 1, "Running"],
      ["running", 130, 150, 2, "Success"],
    ],
  );
});

test("segmentsOf() leaves the last stretch open while it goes on", () => {
  assert.is(segmentsOf([state("Pending", 0, 0), state("Running", 10, 1)]).at(-1)!.to, null);
  assert.equal(segmentsOf([]), []);
});

test("lastSegment() draws nothing for a task that has not begun", () => {
  assert.equal(lastSegment(sampleTask("a", { type: "Pending", more: { startedAt: null } })), []);
  assert.is(lastSegment(sampleTask("a", { type: "Success", from: 5, to: 9 }))[0]!.to, START + 9);
});

test("countdown() says when the next attempt begins, until it has come", () => {
  const waiting = sampleState("Retrying", { startTime: START + 4200 });
  assert.is(countdown(waiting, START), "retries in 5 s");
  assert.is(countdown(waiting, START + 4200), undefined);
  assert.is(countdown(sampleState("Scheduled", { startTime: START + 60_000 }), START), "starts in 1 min 00 s");
});

test("taskProgress() says how far a running task is and how long it still takes", () => {
  const task = sampleTask("a", { type: "Running", to: null, state: { progress: { fraction: 0.25, message: null } } });
  assert.is(taskProgress(task, START + 10_000), "25 % · 30 s left");
  assert.is(taskProgress(task, START + 10), "25 %");
  assert.is(taskProgress(sampleTask("a", { type: "Success" }), START), undefined);
});

test("runProgress() gives rate and remaining time once there is enough to tell", () => {
  assert.is(runProgress(50, 150, 10_000), "5.0/s · about 30 s left");
  assert.is(runProgress(3, 3, 60_000), "3.0/min · about 1 min 00 s left");
  assert.is(runProgress(2, 10, 10_000), undefined);
  assert.is(runProgress(10, 0, 10_000), undefined);
});

test.run();
