import { test } from "uvu";
import * as assert from "uvu/assert";
import { exportPreview } from "../../extension/src/views/export-preview.js";
import { flowRunView } from "../../extension/src/views/flow-run-view.js";
import { previewView } from "../../extension/src/views/preview-view.js";
import { resultView } from "../../extension/src/views/result-view.js";
import { stateCard } from "../../extension/src/views/state-card.js";
import type { ResultPreview } from "../../src/contracts/run-comm.js";
import { HOSTILE_TEXTS, hostileRun, START } from "../display/sample-runs.js";
import { closeDom } from "./dom.js";

const previews = (text: string): ResultPreview[] => [
  { kind: "table", columns: [text], rows: [[text]], totalRows: 1 },
  { kind: "json", value: { [text]: [text] } },
  { kind: "text", text, truncated: false },
  { kind: "error", error: { name: text, message: text, stack: text, cause: { name: text, message: text } } },
  { kind: "mime", bundle: { "image/png": text, "text/plain": text } },
];

/** Everything the views draw with `text` wherever a record takes text. */
function everyView(text: string): Element[] {
  const run = hostileRun(text);
  const { state } = run;
  const view = flowRunView({
    retry: () => Promise.reject(new Error(text)),
    cancel: () => Promise.resolve(),
    preview: () => Promise.resolve({ kind: "text", text, truncated: true }),
    logs: (taskRunId = "none") => Promise.resolve([{ taskRunId, timestamp: START, text }]),
    history: () => Promise.resolve([{ ...state, type: "Running" }, state, { ...state, type: "Running" }, state]),
    openCell: () => false,
    inputs: async () => ({}),
    attempts: async () => [],
    attempt: () => Promise.reject(new Error("no attempt")),
    downloads: { start: () => Promise.reject(new Error("none")), next: () => Promise.reject(new Error("none")) },
    drawMedia: () => {},
  });
  view.update({ run, link: "live", trusted: true, inNotebook: true, now: START });
  view.node.querySelector(".cl-node")!.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  for (const tab of view.node.querySelectorAll<HTMLElement>(".cl-tab")) tab.click();
  view.node.querySelector<HTMLElement>(".cl-retry")!.click();
  for (const button of view.node.querySelectorAll<HTMLElement>(".cl-drawer .cl-button")) button.click();
  const card = stateCard();
  card.update({ state: { ...state, name: text }, now: START });
  const result = resultView();
  result.update({ result: { ...state.result, reason: text } });
  return [
    view.node,
    card.node,
    result.node,
    ...previews(text).map((preview) =>
      previewView(
        preview,
        () => {},
        () => false,
      ),
    ),
    exportPreview({ script: text, warnings: [text], path: text, replaces: true }),
  ];
}

for (const hostile of HOSTILE_TEXTS)
  test(`views take ${JSON.stringify(hostile)} as text`, async () => {
    const nodes = everyView(hostile);
    await new Promise((resolve) => setImmediate(resolve)); // refused actions, logs and previews arrive
    for (const node of nodes) {
      assert.is(node.querySelectorAll("img, script, iframe, b, a, object, embed").length, 0);
      for (const each of [node, ...node.querySelectorAll("*")])
        for (const name of each.getAttributeNames()) assert.not.match(name, /^(on|src|href|xlink|form|action)/i);
    }
    assert.ok(nodes.every((node) => node.textContent!.includes(hostile.split("\n")[0]!.slice(0, 8))));
  });

test.after(closeDom);
test.run();
