import { test } from "uvu";
import * as assert from "uvu/assert";
import { stateCard } from "../../extension/src/views/state-card.js";
import { START, sampleError, sampleState } from "../display/sample-runs.js";
import { closeDom } from "./dom.js";

test("stateCard() shows sign, word, name and message", () => {
  const card = stateCard();
  card.update({ state: { ...sampleState("Success", { message: "Done." }), name: "extract" }, now: START });
  assert.is(card.node.querySelector(".cl-icon")!.getAttribute("data-state"), "Success");
  assert.is(card.node.querySelector(".cl-title")!.textContent, "Success");
  assert.is(card.node.querySelector(".cl-name")!.textContent, "extract");
  assert.is(card.node.querySelector(".cl-message")!.textContent, "Done.");
});

test("stateCard() shows an error with its cause instead of a result", () => {
  const card = stateCard();
  card.update({ state: sampleState("Failed"), now: START });
  const text = card.node.querySelector(".cl-error")!.textContent!;
  assert.ok(text.includes(sampleError.message));
  assert.ok(text.includes(sampleError.cause!.message));
  assert.ok((card.node.querySelector(".cl-result") as HTMLElement).hidden);
});

test("stateCard() counts a retry down", () => {
  const card = stateCard();
  const state = sampleState("Retrying", { startTime: START + 42_000, runCount: 2 });
  card.update({ state, now: START });
  assert.is(card.node.querySelector(".cl-facts")!.textContent, "attempt 2 · retries in 42 s");
  card.update({ state, now: START + 50_000 });
  assert.is(card.node.querySelector(".cl-facts")!.textContent, "attempt 2");
});

test("stateCard() keeps its nodes and an opened stack through an update", () => {
  const card = stateCard();
  card.update({ state: sampleState("Failed"), now: START });
  const stack = card.node.querySelector("details")!;
  stack.open = true;
  card.update({ state: sampleState("Failed"), now: START + 1000 });
  assert.is(card.node.querySelector("details"), stack);
  assert.ok(stack.open);
});

test("stateCard() gives the ISO time on hover", () => {
  const card = stateCard();
  card.update({ state: sampleState("Success"), now: START });
  assert.is(card.node.querySelector("time")!.getAttribute("title"), new Date(START + 3200).toISOString());
});

test.after(closeDom);
test.run();
