import { Window } from "happy-dom";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  FLOW_RUN_MIME,
  type FlowRunRecord,
  RESULT_MIME,
  STATE_MIME,
  STATE_TYPES,
} from "../../src/contracts/records.js";
import { STATE_LOOKS } from "../../src/contracts/state-look.js";
import { flowRunBundle } from "../../src/display/flow-run-bundle.js";
import { BUNDLE_LIMITS, byteLength, type MimeBundle } from "../../src/display/mime-bundle.js";
import { resultBundle } from "../../src/display/result-bundle.js";
import { countRun, outlineRun } from "../../src/display/run-outline.js";
import { stateBundle } from "../../src/display/state-bundle.js";
import {
  failedRun,
  HOSTILE_TEXTS,
  hostileRun,
  largeRun,
  mappedRun,
  node,
  sampleError,
  sampleResult,
  sampleState,
  sampleTask,
} from "./sample-runs.js";

const window = new Window();
const text = (bundle: MimeBundle, mime: string) => bundle[mime] as string;
const html = (markup: string) => new window.DOMParser().parseFromString(markup, "text/html");
const HUGE = "x".repeat(100_000);

test("stateBundle() says glyph and word in every fallback, for every state", () => {
  for (const type of STATE_TYPES) {
    const bundle = stateBundle(sampleState(type), "extract");
    for (const mime of ["text/html", "image/svg+xml", "text/plain"]) {
      assert.ok(text(bundle, mime).includes(STATE_LOOKS[type].glyph), `${type} ${mime}`);
      assert.ok(text(bundle, mime).includes(STATE_LOOKS[type].word), `${type} ${mime}`);
    }
  }
});

test("stateBundle() carries the record with its name", () => {
  assert.equal(stateBundle(sampleState("Success"), "extract")[STATE_MIME], {
    ...sampleState("Success"),
    name: "extract",
  });
});

test("stateBundle() tells an error with its cause", () => {
  const plain = text(stateBundle(sampleState("Failed")), "text/plain");
  assert.ok(plain.includes(sampleError.message));
  assert.ok(plain.includes(sampleError.cause!.message));
});

test("resultBundle() tells no result from a stored one", () => {
  assert.is(text(resultBundle(sampleState("Pending").result), "text/plain"), "Result · none");
  const bundle = resultBundle(sampleResult);
  assert.ok(text(bundle, "text/plain").startsWith("Result · stored, serialized, value, 18.0 KiB"));
  assert.equal(bundle[RESULT_MIME], sampleResult);
});

test("flowRunBundle() says what was kept and what ran", () => {
  const bundle = flowRunBundle(failedRun());
  assert.ok(text(bundle, "text/plain").includes("kept 2, ran 3"));
  assert.is(
    html(text(bundle, "text/html")).querySelector("caption")!.textContent,
    "✕ Failed · licence audit · kept 2, ran 3 · 4.2 s",
  );
  assert.ok(text(bundle, "image/svg+xml").includes("kept 2, ran 3"));
});

test("flowRunBundle() shows each task with glyph, word and time as blocks", () => {
  const rows = [...html(text(flowRunBundle(failedRun()), "text/html")).querySelectorAll("tbody tr")];
  assert.is(rows.length, 6);
  const cells = [...rows[0]!.querySelectorAll("td")].map((cell) => cell.textContent);
  assert.equal(cells.slice(0, 3), ["✕ Failed", "writeReport", "1.3 s"]);
  assert.match(cells[3]!, /^░+█+░*$/);
  assert.ok(cells[4]!.startsWith("attempt 3 of 3"));
});

test("flowRunBundle() puts what failed first and folds equal children to counts", () => {
  const rows = [...html(text(flowRunBundle(mappedRun(240)), "text/html")).querySelectorAll("tbody tr")];
  const names = rows.map((row) => row.querySelectorAll("td")[1]!.textContent!);
  assert.ok(rows.length < 20, `${rows.length} rows of 240 children`);
  const inspect = rows.find((row) => row.querySelectorAll("td")[1]!.textContent === "inspect")!;
  assert.match(inspect.textContent!, /163 Success/);
  const listed = names.filter((name) => name.startsWith("inspect["));
  assert.is(listed.length, 5, "those that failed are listed");
});

test("flowRunBundle() is loud about a result that could not be kept", () => {
  const lost = { ...sampleResult, kind: "Unserializable", id: null, reason: "result.rows[1].fn: function" } as const;
  const tasks = [sampleTask("load", { type: "Success", state: { result: lost } })];
  const bundle = flowRunBundle(failedRun({ graph: [node("load")], tasks }));
  for (const mime of ["text/plain", "text/html"])
    assert.match(String(bundle[mime]), "result not kept: result.rows[1].fn: function");
});

test("flowRunBundle() counts attempts that a task asked for itself", () => {
  const tasks = [sampleTask("load", { type: "Success", state: { runCount: 3 }, more: { maxAttempts: 1 } })];
  const text = String(flowRunBundle(failedRun({ graph: [node("load")], tasks }))["text/plain"]);
  assert.match(text, "attempt 3");
  assert.not.match(text, "of 1");
});

test("flowRunBundle() draws every call of the graph", () => {
  const svg = text(flowRunBundle(failedRun()), "image/svg+xml");
  for (const { name } of failedRun().graph) assert.ok(svg.includes(`>${name}<`));
});

test("flowRunBundle() uses nothing that a sanitizer takes out", () => {
  const { "text/html": table, "image/svg+xml": svg } = flowRunBundle(mappedRun(40));
  const tags = new Set(
    [...html(table as string).body.querySelectorAll("*")].map(({ tagName }) => tagName.toLowerCase()),
  );
  for (const tag of tags) assert.ok(["table", "caption", "thead", "tbody", "tr", "th", "td", "pre"].includes(tag), tag);
  assert.not.match(svg as string, /style|class|<script|href|foreignObject/);
});

const SIZES: readonly [string, () => FlowRunRecord][] = [
  ["1 000 mapped children", () => mappedRun(1000)],
  ["1 000 tasks", () => largeRun(1000)],
  ["3 000 failed children with long errors", () => manyFailed(3000)],
  ["a huge parameter", () => failedRun({ parameters: { text: HUGE } })],
  ["a huge flow name", () => failedRun({ flow: HUGE })],
  ["a huge task name", () => failedRun({ graph: [{ ...failedRun().graph[0]!, name: HUGE, task: HUGE }] })],
  ["a huge state message", () => failedRun({ state: sampleState("Failed", { message: HUGE }) })],
];
for (const [what, make] of SIZES)
  test(`flowRunBundle() stays small with ${what}`, () => within(flowRunBundle(make()), FLOW_RUN_MIME));

test("flowRunBundle() counts grouped children as before", () => {
  const run = mappedRun(1000);
  const copy = flowRunBundle(run)[FLOW_RUN_MIME] as unknown as FlowRunRecord;
  assert.ok(copy.tasks.length < 20);
  assert.is(copy.omitted, run.tasks.length - copy.tasks.length);
  assert.equal(countRun(outlineRun(copy)), countRun(outlineRun(run)));
});

test("flowRunBundle() keeps a small run whole", () => {
  const run = failedRun();
  assert.equal(flowRunBundle(run)[FLOW_RUN_MIME], JSON.parse(JSON.stringify(run)));
});

test("stateBundle() and resultBundle() stay small with huge texts", () => {
  const error = { name: HUGE, message: HUGE, stack: HUGE, cause: { name: HUGE, message: HUGE } };
  within(stateBundle(sampleState("Failed", { message: HUGE, error }), HUGE), STATE_MIME);
  within(resultBundle({ ...sampleResult, preview: HUGE, reason: HUGE, serializer: HUGE }), RESULT_MIME);
});

for (const hostile of HOSTILE_TEXTS)
  test(`bundles take ${JSON.stringify(hostile)} as text`, () => {
    const run = hostileRun(hostile);
    const bundles = [flowRunBundle(run), stateBundle(run.state, hostile), resultBundle(run.tasks[0]!.state.result)];
    for (const bundle of bundles) {
      const table = html(text(bundle, "text/html"));
      assert.is(table.querySelectorAll("img, script, svg, iframe, b, [onerror], [onload], [srcdoc]").length, 0);
      assert.is(table.body.children.length, 1);
      const svg = new window.DOMParser().parseFromString(text(bundle, "image/svg+xml"), "image/svg+xml");
      assert.is(svg.querySelectorAll("img, script, iframe, b, parsererror, [onload], [onerror]").length, 0);
      assert.is(svg.querySelectorAll("svg").length, 1);
      for (const mime of ["text/html", "image/svg+xml", "text/plain"])
        assert.not.match(text(bundle, mime), /(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/u);
    }
  });

function within(bundle: MimeBundle, mime: string): void {
  assert.ok(byteLength(JSON.stringify(bundle[mime])) <= BUNDLE_LIMITS.json, "json");
  assert.ok(byteLength(text(bundle, "text/html")) <= BUNDLE_LIMITS.html, "html");
  assert.ok(byteLength(text(bundle, "image/svg+xml")) <= BUNDLE_LIMITS.svg, "svg");
  assert.ok(byteLength(text(bundle, "text/plain")) <= BUNDLE_LIMITS.html, "text");
}

function manyFailed(count: number): FlowRunRecord {
  const run = mappedRun(count, count);
  const error = { name: "Error", message: "y".repeat(3000), stack: HUGE };
  return {
    ...run,
    tasks: run.tasks.map((task) =>
      task.mapIndex === null ? task : { ...task, state: sampleState("Failed", { error }) },
    ),
  };
}

test.after(() => window.happyDOM.close());
test.run();
