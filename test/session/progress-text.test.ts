import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ProgressNow, progressText } from "../../kernel/session/progress-text.js";

const at = (fields: Partial<ProgressNow>): string =>
  progressText({ done: 0, total: 100, label: "rows", elapsedMs: 0, ended: false, ...fields })["text/plain"];
const BAR = (filled: number): string => `${"█".repeat(filled)}${"░".repeat(30 - filled)} `;

const TEXTS: readonly [what: string, fields: Partial<ProgressNow>, text: string][] = [
  ["nothing done", {}, `${BAR(0)}0/100 rows`],
  ["the first second without a pace", { done: 50, elapsedMs: 900 }, `${BAR(15)}50/100 rows`],
  ["pace and time left", { done: 50, elapsedMs: 2000 }, `${BAR(15)}50/100 rows · 25/s · 2.0 s left`],
  ["a fast pace", { done: 5000, total: 10_000, elapsedMs: 2000 }, `${BAR(15)}5000/10000 rows · 2,500/s · 2.0 s left`],
  ["a slow pace by item", { done: 1, elapsedMs: 8000 }, `${BAR(0)}1/100 rows · 8.0 s each · 13 min 12 s left`],
  ["the time it took", { done: 100, elapsedMs: 4000, ended: true }, `${BAR(30)}100/100 rows · 25/s · 4.0 s`],
  ["where it stopped", { done: 10, elapsedMs: 4000, ended: true }, `${BAR(3)}10/100 rows · 2.5/s · 4.0 s`],
  ["an unknown total", { done: 10, total: undefined, elapsedMs: 4000 }, "10 rows · 2.5/s"],
  ["an empty list", { total: 0, ended: true }, `${BAR(30)}0/0 rows`],
  ["more than the total", { done: 120, elapsedMs: 2000 }, `${BAR(30)}120/100 rows · 60/s`],
];
for (const [what, fields, text] of TEXTS) {
  test(`progressText() says ${what}`, () => assert.is(at(fields), text));
}

test("progressText() escapes the label in HTML", () => {
  const { "text/html": html } = progressText({ done: 1, total: 2, label: "<b>", elapsedMs: 0, ended: false });
  assert.is(html, '<progress value="1" max="2"></progress> 1/2 &lt;b&gt;');
});

test.run();
