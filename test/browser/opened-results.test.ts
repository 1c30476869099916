import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { command, kernelIdle, openBrowser, openNotebook, useTheme } from "./browser.js";
import { type JupyterLab, startJupyterLab } from "./jupyter-lab.js";
import { writeNotebook } from "./notebook-file.js";

const SHOTS = fileURLToPath(new URL("../../../test-results/", import.meta.url));

const CELLS = [
  `import { flow, task } from "cellar";
import { existsSync } from "node:fs";
const dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const picture = task("picture", () => Buffer.from(dot, "base64"));
const chart = task("chart", () => ({
  $schema: "https://vega.github.io/schema/vega-lite/v5.json",
  width: 200,
  data: { values: [{ x: "a", y: 3 }, { x: "b", y: 5 }] },
  mark: "bar",
  encoding: { x: { field: "x", type: "nominal" }, y: { field: "y", type: "quantitative" } },
}));
const rows = task("rows", () => [{ name: "acorn", size: 1 }, { name: "zod", size: 2 }]);
const all = flow("all kinds", () => [picture(), chart(), rows()]);`,
  "await all.run();",
  `console.log("spins"); while (!existsSync("stop")); console.log("spun");`,
];

let lab: JupyterLab;
let browser: Browser;
let page: Page;

const drawer = (): Locator => page.locator(".cl-run .cl-drawer");
const shot = (name: string): Promise<Buffer> => page.screenshot({ path: join(SHOTS, `${name}.png`) });
async function openResult(task: string): Promise<void> {
  await page.locator(`.cl-node[data-name="${task}"]`).click();
  await drawer().getByRole("button", { name: "Open" }).click();
}

test.before(async () => {
  lab = await startJupyterLab();
  await writeNotebook(
    join(lab.folder, "kinds.ipynb"),
    CELLS.map((source) => ({ source })),
  );
  browser = await openBrowser();
  page = await openNotebook(browser, lab, "kinds.ipynb");
});

test.after(async () => {
  await browser?.close();
  await lab?.stop();
});

test("a stored result is read and drawn by its kind, while a cell keeps the session's thread busy", async () => {
  for (const text of ["import {", "all.run()"]) {
    await page.locator(".jp-CodeCell", { hasText: text }).first().locator(".jp-InputPrompt").click();
    await command(page, "notebook:run-cell");
  }
  await page.locator(".jp-CodeCell", { hasText: "spins" }).locator(".jp-InputPrompt").click();
  await page.keyboard.press("Control+Enter");
  await page.locator(".jp-OutputArea", { hasText: "spins" }).waitFor();

  await openResult("picture");
  await drawer().locator(".cl-media img").waitFor();
  await openResult("rows");
  await drawer().locator(".cl-preview-table td", { hasText: "acorn" }).waitFor();
  await openResult("chart");
  await drawer().locator(".cl-media :is(canvas, svg, img)").first().waitFor();
  assert.is(await page.locator(".jp-OutputArea", { hasText: "spun" }).count(), 0);
  await shot("chart-result-light");
  await useTheme(page, "JupyterLab Dark");
  await shot("chart-result-dark");
  await useTheme(page, "JupyterLab Light");
});

test("what was opened can be kept as a file", async () => {
  await openResult("rows");
  const downloading = page.waitForEvent("download");
  await drawer().locator(".cl-download").selectOption("csv");
  const file = await readFile(await (await downloading).path(), "utf8");
  assert.is(file, "name,size\r\nacorn,1\r\nzod,2\r\n");
  await writeFile(join(lab.folder, "stop"), "");
  await page.locator(".jp-OutputArea", { hasText: "spun" }).waitFor();
  await kernelIdle(page);
});

test.run();
