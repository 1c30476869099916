import { writeFile } from "node:fs/promises";
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
const read = task("read", () => 1);
const load = task("load", (n: number) => { if (!existsSync("ready")) throw new Error("not ready"); return n; });
const job = flow("nightly job", () => load(read()));`,
  "await job.run();",
  "await read(); // good",
];

let lab: JupyterLab;
let browser: Browser;
let page: Page;

const cell = (text: string): Locator => page.locator(".jp-CodeCell", { hasText: text }).first();
const mark = (text: string): Locator => cell(text).locator(".cl-mark");
const status = (): Locator => page.locator(".cl-status");
const shot = (name: string): Promise<Buffer> => page.screenshot({ path: join(SHOTS, `${name}.png`) });

test.before(async () => {
  lab = await startJupyterLab();
  await writeNotebook(
    join(lab.folder, "marks.ipynb"),
    CELLS.map((source) => ({ source })),
  );
  browser = await openBrowser();
  page = await openNotebook(browser, lab, "marks.ipynb");
});

test.after(async () => {
  await browser?.close();
  await lab?.stop();
});

test("a cell bears the state that its run reached, and the status bar says what needs a look", async () => {
  assert.is(await page.locator(".cl-mark").count(), 0);
  assert.is(await status().isVisible(), false);
  await command(page, "notebook:run-all-cells");
  await mark("job.run()").and(page.getByLabel("nightly job: Failed, kept 0, ran 2")).waitFor();
  await mark("// good")
    .and(page.getByLabel(/: Success/))
    .waitFor();
  assert.is(await cell("import {").locator(".cl-mark").count(), 0);
  await status().filter({ hasText: "1 failed" }).waitFor();
  await shot("marks-light");
  await useTheme(page, "JupyterLab Dark");
  await shot("marks-dark");
  await useTheme(page, "JupyterLab Light");
});

test("an edited cell says that it changed since its run, until it is run again", async () => {
  await cell("// good").locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("!");
  await mark("// good")
    .and(page.getByLabel(/edited since/))
    .waitFor();
  await command(page, "notebook:run-cell");
  await mark("// good!")
    .and(page.getByLabel(/Success, kept \d+, ran \d+$/))
    .waitFor();
});

test("the status bar leads to the failed cell, whose toolbar retries what failed", async () => {
  await kernelIdle(page);
  await status().click();
  await cell("job.run()").and(page.locator(".jp-mod-active")).waitFor();
  await writeFile(join(lab.folder, "ready"), "");
  await cell("job.run()").locator('jp-button[data-command="cellar:retry-cell"]').click();
  await mark("job.run()").and(page.getByLabel("nightly job: Success, kept 1, ran 1")).waitFor();
  await status().filter({ hasText: "2 done" }).waitFor();
  await cell("job.run()").locator('jp-button[data-command="cellar:retry-cell"]').waitFor({ state: "hidden" });
});

test.run();
