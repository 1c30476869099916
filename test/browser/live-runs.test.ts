import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { command, kernelIdle, openBrowser, openNotebook, useTheme } from "./browser.js";
import { type JupyterLab, startJupyterLab } from "./jupyter-lab.js";
import { writeNotebook } from "./notebook-file.js";

const SHOTS = fileURLToPath(new URL("../../../test-results/", import.meta.url));
const NOTEBOOK = "shop.ipynb";

/** Fails until the file "stock" is there; `pack` fails twice before it works. */
const CELLS = [
  `import { context, flow, task } from "cellar";
import { existsSync } from "node:fs";
const orders = task("orders", () => [3, 1, 2]);
const stock = task("stock", (ids: number[]) => {
  if (!existsSync("stock")) throw new Error("Nothing in stock", { cause: new Error("The shelf is empty") });
  return ids.length;
});
const pack = task("pack", async (ids: number[]) => {
  const tries = context().taskRunCount;
  if (tries < 3) throw new Error(\`Out of tape, try \${tries}\`);
  return ids.map((id) => ({ id, weight: id * 10 }));
}, { maxRetries: 2, retryDelay: 1200 });
const ship = task("ship", (count: number, parcels: object[]) => count + parcels.length);
const shop = flow("shop", () => {
  const ids = orders();
  const count = stock(ids);
  const parcels = pack(ids);
  return ship(count, parcels);
});`,
  "await shop.run();",
  `console.log("begins to poll");
while (!existsSync("go")) await new Promise((resolve) => setTimeout(resolve, 50));
console.log("polled enough");`,
];

let lab: JupyterLab;
let browser: Browser;
let page: Page;

const runs = (): Locator => page.locator(".cl-run");
const run = (): Locator => runs().first();
const node = (name: string, inside = run()): Locator => inside.locator(`.cl-node[data-name="${name}"]`);
const facts = (): Promise<string> => run().locator(".cl-run-header .cl-facts").innerText();
const shot = (name: string): Promise<Buffer> => page.screenshot({ path: join(SHOTS, `${name}.png`) });
const word = (state: string, inside = run()): Promise<void> =>
  inside.locator(".cl-run-header .cl-word", { hasText: state }).waitFor();

/** Selects a cell by a text in it and runs it, without waiting for its end. */
async function startCell(text: string): Promise<void> {
  await page.locator(".jp-CodeCell", { hasText: text }).first().locator(".jp-InputPrompt").click();
  await page.keyboard.press("Control+Enter");
}
/** The same, until the cell has ended. */
async function runCell(text: string): Promise<void> {
  await page.locator(".jp-CodeCell", { hasText: text }).first().locator(".jp-InputPrompt").click();
  await command(page, "notebook:run-cell");
}
const restart = async (): Promise<void> => {
  const restarted = command(page, "kernelmenu:restart"); // resolves once its question is answered
  await page.locator(".jp-Dialog .jp-mod-accept").click();
  await restarted;
  await kernelIdle(page);
};

test.before(async () => {
  lab = await startJupyterLab();
  await writeNotebook(
    join(lab.folder, NOTEBOOK),
    CELLS.map((source) => ({ source })),
  );
  browser = await openBrowser();
  page = await openNotebook(browser, lab, NOTEBOOK);
});

test.after(async () => {
  await browser?.close();
  await lab?.stop();
});

test("a waiting task counts down to its next attempt", async () => {
  await runCell("import { context");
  await startCell("shop.run()");
  await node("pack")
    .filter({ hasText: /retries in \d+ s · attempt \d of 3/ })
    .waitFor();
  await word("Failed");
  assert.is(await node("ship").getAttribute("data-state"), "TriggerFailed");
});

test("a task that was tried again lists its attempts, and the timeline draws them", async () => {
  await node("pack").click();
  const attempts = run().locator(".cl-attempts li");
  await attempts.nth(2).waitFor();
  assert.match(await attempts.nth(0).innerText(), /Failed · .* · waited \d+(?:\.\d)? s\s+Out of tape, try 1/);
  assert.match(await attempts.nth(2).innerText(), "Success");
  await run().getByRole("tab", { name: "Timeline" }).click();
  const row = run().locator(".cl-row", { hasText: "pack" });
  await row.locator('.cl-run-bar[data-tone="bad"]').nth(1).waitFor();
  assert.is(await row.locator(".cl-run-bar").count(), 3);
  assert.is(await row.locator('.cl-wait[data-kind="waiting"]').count(), 2);
  await shot("attempts-light");
  await useTheme(page, "JupyterLab Dark");
  await shot("attempts-dark");
  await useTheme(page, "JupyterLab Light");
});

test("the timeline zooms in, and all of it comes back", async () => {
  const left = () => run().locator(".cl-row", { hasText: "pack" }).locator(".cl-run-bar").first().getAttribute("style");
  const before = await left();
  const tools = run().getByRole("toolbar", { name: "Timeline" });
  await tools.getByRole("button", { name: "Zoom in" }).click();
  await tools.getByRole("button", { name: "Zoom in" }).click();
  assert.is.not(await left(), before);
  await tools.getByRole("button", { name: "Fit" }).click();
  assert.is(await left(), before);
  await run().getByRole("tab", { name: "Graph" }).click();
});

test("arrow keys walk the graph, Enter opens a task, Escape closes it", async () => {
  await page.keyboard.press("Escape");
  await node("orders").focus();
  const reached = (): Promise<string | null> => run().locator(".cl-node:focus").getAttribute("data-name");
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowRight");
  const first = await reached();
  assert.ok(first === "stock" || first === "pack");
  await page.keyboard.press(first === "stock" ? "ArrowDown" : "ArrowUp");
  assert.is(await reached(), first === "stock" ? "pack" : "stock");
  await page.keyboard.press("ArrowRight");
  assert.is(await reached(), "ship");
  await page.keyboard.press("Enter");
  await run().locator(".cl-drawer-title", { hasText: "ship" }).waitFor();
  await page.keyboard.press("Escape");
  await run().locator(".cl-drawer").waitFor({ state: "hidden" });
});

test("a frame of an error leads to its line in the cell", async () => {
  await node("stock").click();
  const drawer = run().locator(".cl-drawer");
  assert.match(
    await drawer.locator(".cl-error").innerText(),
    /Nothing in stock[\s\S]*caused by[\s\S]*The shelf is empty/,
  );
  await drawer.locator(".cl-frame").first().click();
  await page.locator(".jp-CodeCell").first().locator(".cm-content:focus").waitFor();
  await page.getByText("Ln 5, Col 35").waitFor();
  await run().getByRole("button", { name: "Close" }).click();
});

test("retry works while a cell is busy, and keeps what finished", async () => {
  await writeFile(join(lab.folder, "stock"), "");
  await startCell("begins to poll");
  await page.locator(".jp-OutputArea", { hasText: "begins to poll" }).waitFor();
  await run().locator(".cl-retry").click();
  await word("Success");
  assert.match(await facts(), /kept 2, ran 2 · attempt 2/);
  assert.is(await page.locator(".jp-OutputArea", { hasText: "polled enough" }).count(), 0);
  await writeFile(join(lab.folder, "go"), "");
  await page.locator(".jp-OutputArea", { hasText: "polled enough" }).waitFor();
  await kernelIdle(page);
});

test("after a kernel restart, retry runs the cells again and keeps what finished", async () => {
  await rm(join(lab.folder, "stock"));
  await runCell("shop.run()");
  await word("Failed");
  await writeFile(join(lab.folder, "stock"), "");
  await restart();
  await page.locator('.cl-run[data-link="live"]').waitFor();
  await run().locator(".cl-retry").click();
  await page.locator(".jp-Dialog .cl-run-above").waitFor();
  await shot("retry-after-restart-light");
  await page.locator(".jp-Dialog .cl-run-above").click();
  await word("Success");
  await kernelIdle(page);
  assert.match(await facts(), /kept 2, ran 2 · attempt 2/);
});

test("a run that ended well runs again from a task on, and all of it", async () => {
  await node("stock").click();
  const from = run().locator(".cl-rerun-from");
  await from.and(page.getByTitle("Runs 2 again, keeps 2")).waitFor();
  await shot("run-from-here-light");
  await useTheme(page, "JupyterLab Dark");
  await shot("run-from-here-dark");
  await useTheme(page, "JupyterLab Light");
  await from.click();
  await run().locator(".cl-run-header .cl-facts", { hasText: "kept 2, ran 2 · attempt 3" }).waitFor();
  await run().locator(".cl-again").click();
  await run().locator(".cl-run-header .cl-facts", { hasText: "kept 0, ran 4 · attempt 4" }).waitFor();
  await word("Success");
});

test("two views of one run follow it together", async () => {
  await rm(join(lab.folder, "stock"));
  await runCell("shop.run()");
  await word("Failed");
  await command(page, "docmanager:clone");
  await runs().nth(1).waitFor();
  await word("Failed", runs().nth(1));
  await writeFile(join(lab.folder, "stock"), "");
  await runs().nth(1).locator(".cl-retry").click();
  for (const index of [0, 1])
    await runs()
      .nth(index)
      .locator(".cl-run-header .cl-facts", { hasText: "attempt 2" })
      .waitFor({ state: "attached" });
  for (const index of [0, 1])
    await runs().nth(index).locator('.cl-node[data-name="ship"][data-state="Success"]').waitFor({ state: "attached" });
});

test.run();
