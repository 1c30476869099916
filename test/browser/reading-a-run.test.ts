import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { command, openBrowser, openNotebook, useTheme } from "./browser.js";
import { type JupyterLab, startJupyterLab } from "./jupyter-lab.js";
import { writeNotebook } from "./notebook-file.js";

/** The walk of docs/guides/reading-a-run.md; its pictures are made here. */

const SHOTS = fileURLToPath(new URL("../../../test-results/", import.meta.url));

const CELLS = [
  `import { context, flow, parameter, task } from "cellar";
import { existsSync } from "node:fs";
const day = parameter("day", { default: "2026-11-27" });
const orders = task("read orders", (day: string) =>
  Array.from({ length: 200_000 }, (_, id) => ({ id, day, amount: (id * 7919) % 1000 / 3, country: id % 9 ? "CH" : null })));
const pages = task("list pages", () => Array.from({ length: 400 }, (_, page) => page));
const check = task("check page", (page: number) => {
  context().log(\`looks at page \${page}\`);
  if (page % 44 === 3 && !existsSync("repaired")) throw new Error(\`Page \${page} has no total\`);
  return page;
});
const rates = task("rates", () => new Map([["CHF", new Set([1, 0.94])], ["EUR", new Set([1.06])]]));
const publish = task("publish", (orders: object[], pages: number[]) => orders.length + pages.length);
const nightly = flow("nightly orders", () => {
  rates();
  return publish(orders(day), check.map(pages()));
});`,
  "await nightly.run(); // runs",
];

let lab: JupyterLab;
let browser: Browser;
let page: Page;

const run = (): Locator => page.locator(".jp-NotebookPanel .cl-run").first();
const drawer = (): Locator => run().locator(".cl-drawer");
const node = (name: string): Locator => run().locator(`.cl-node[data-name="${name}"]`);
const scrollTo = (place: Locator, top: number): Promise<void> =>
  place.evaluate((node, wanted) => {
    (node as unknown as { scrollTop: number }).scrollTop = wanted;
  }, top);
async function shots(name: string): Promise<void> {
  for (const [theme, end] of [
    ["JupyterLab Dark", "dark"],
    ["JupyterLab Light", "light"],
  ] as const) {
    await useTheme(page, theme);
    await page.screenshot({ path: join(SHOTS, `${name}-${end}.png`) });
  }
}

test.before(async () => {
  lab = await startJupyterLab();
  await writeNotebook(
    join(lab.folder, "orders.ipynb"),
    CELLS.map((source) => ({ source })),
  );
  browser = await openBrowser();
  page = await openNotebook(browser, lab, "orders.ipynb");
  for (const text of ["import {", "// runs"]) {
    await page.locator(".jp-CodeCell", { hasText: text }).first().locator(".jp-InputPrompt").click();
    await command(page, "notebook:run-cell");
  }
});
test.after(async () => {
  await browser?.close();
  await lab?.stop();
});

test("the header names what failed first, with its place, and leads to the others", async () => {
  const failed = run().locator(".cl-failed");
  await failed
    .filter({ hasText: /✕ check page\[\d+\]\s*Page \d+ has no total\s*Cell \[1\], line 9\s*\+10 more/ })
    .waitFor();
  assert.not.match(await run().locator(".cl-run-header").innerText(), /kept 0|Some reference tasks failed/);
  await shots("read-failed");
  await failed.locator(".cl-failed-more").click();
  await run().locator(".cl-filter .cl-muted", { hasText: "11 of 405 task runs" }).waitFor();
  await run().getByRole("tab", { name: "Graph" }).click();
});

test("a mapped task lists all its children, by state and by what their errors say", async () => {
  await node("check page").click();
  await drawer().locator(".cl-error-group", { hasText: "Error: Page * has no total × 10" }).waitFor();
  await drawer().locator(".cl-chip", { hasText: "390 success" }).click();
  await drawer().locator(".cl-child", { hasText: "check page[0]" }).waitFor();
  await scrollTo(drawer().locator(".cl-children"), 1_000_000);
  await drawer().locator(".cl-child", { hasText: "check page[398]" }).waitFor();
  await drawer().locator(".cl-chip", { hasText: "390 success" }).click();
  await drawer().scrollIntoViewIfNeeded();
  await shots("read-mapped");
});

test("a child shows its last lines without a click, and Logs has those of all tasks", async () => {
  await drawer().locator(".cl-child").first().click();
  await drawer()
    .locator(".cl-log-text", { hasText: /looks at page \d+/ })
    .waitFor();
  await run().getByRole("tab", { name: "Logs" }).click();
  await run().getByLabel("Search the log").fill("page 17");
  await run().locator(".cl-logs .cl-log-text", { hasText: "looks at page 170" }).waitFor();
  const downloading = page.waitForEvent("download");
  await run().locator(".cl-logs .cl-button", { hasText: "Download" }).click();
  const log = await readFile(await (await downloading).path(), "utf8");
  assert.match(log, /info {3}check page\[17\] {2}looks at page 17\n/);
  await run().getByLabel("Search the log").fill("");
  await shots("read-logs");
  await run().getByRole("tab", { name: "Graph" }).click();
});

test("inputs have their origins, and 200 000 rows open and download whole", async () => {
  await node("read orders").click();
  assert.match(await drawer().locator(".cl-inputs").innerText(), /day\s*"2026-11-27", parameter/);
  await drawer().locator(".cl-drawer-finds .cl-open").click();
  const table = drawer().locator(".cl-drawer-finds .cl-data");
  await table.locator("td").first().waitFor();
  assert.match(await table.locator("thead").innerText(), /country\s*string · 22223 empty/);
  const scroll = drawer().locator(".cl-drawer-finds .cl-preview-table .cl-scroll");
  await scrollTo(scroll, 100_000_000);
  await table.locator("th", { hasText: /^200000$/ }).waitFor();
  await scrollTo(scroll, 0);
  await drawer().scrollIntoViewIfNeeded();
  await shots("read-result");
  const downloading = page.waitForEvent("download");
  await drawer().locator(".cl-drawer-finds .cl-download").selectOption("csv");
  const csv = await readFile(await (await downloading).path(), "utf8");
  assert.is(csv.split("\r\n").length, 200_002);
  await node("rates").click();
  await drawer().locator(".cl-drawer-finds .cl-open").click();
  await drawer().locator(".cl-json", { hasText: "Map (2)" }).waitFor();
});

test("Fit shows all of the graph, and it stays so", async () => {
  await run().getByRole("button", { name: "Zoom in" }).click();
  await run().getByRole("button", { name: "Fit" }).click();
  await page.setViewportSize({ width: 1100, height: 900 });
  const frame = (await run().locator(".cl-graph-svg").boundingBox())!;
  for (const name of ["rates", "publish"]) {
    const box = (await node(name).boundingBox())!;
    assert.ok(box.x >= frame.x && box.x + box.width <= frame.x + frame.width, name);
  }
  await page.setViewportSize({ width: 1360, height: 1000 });
});

test("after a retry all is green, and the earlier attempt is one choice away", async () => {
  await writeFile(join(lab.folder, "repaired"), "");
  await run().locator(".cl-retry").click();
  await run().locator(".cl-run-header .cl-word", { hasText: "Success" }).waitFor();
  await page.locator(".cl-status", { hasText: "1 done" }).waitFor();
  await page
    .locator(".jp-CodeCell", { hasText: "// runs" })
    .locator(".cl-mark")
    .and(page.getByLabel(/nightly orders: Success/))
    .waitFor();
  await run().locator(".cl-attempt-switch").hover();
  await run().locator(".cl-attempt-switch").selectOption("1");
  await run().locator(".cl-run-header .cl-word", { hasText: "Failed" }).waitFor();
  await shots("read-attempt");
  await run().locator(".cl-attempt-switch").selectOption("2");
  await run().locator(".cl-run-header .cl-word", { hasText: "Success" }).waitFor();
});

test("a run is compared, copied and kept as a report from the side panel", async () => {
  await page.locator(".jp-CodeCell", { hasText: "// runs" }).locator(".jp-InputPrompt").click();
  await command(page, "notebook:run-cell");
  await command(page, "cellar:show-runs");
  const rows = page.locator("#cellar-run-history .cl-history-run");
  await rows.first().waitFor();
  const choose = async (index: number, item: string) => {
    await rows.nth(index).click({ button: "right" });
    await page.getByRole("menuitem", { name: item }).click();
  };
  const downloading = page.waitForEvent("download");
  await choose(0, "Save report (HTML)");
  const path = join(lab.folder, "report.html");
  await (await downloading).saveAs(path);
  const report = await browser.newPage();
  const complaints: string[] = [];
  report.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await report.goto(`file://${path}`);
  await report.locator(".cl-title", { hasText: "nightly orders" }).waitFor();
  assert.ok((await report.locator(".cl-node").count()) >= 5);
  assert.equal(complaints, []);
  await report.screenshot({ path: join(SHOTS, "report-light.png") });
  await report.close();
  if ((await rows.count()) > 1) {
    await choose(0, "Compare with…");
    await choose(1, "Compare with nightly orders");
    await page.locator(".cl-compare", { hasText: "task runs differ" }).waitFor();
    await shots("read-compare");
  }
});

test.run();
