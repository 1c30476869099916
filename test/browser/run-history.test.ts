import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { command, openBrowser, openNotebook, useTheme } from "./browser.js";
import { type JupyterLab, startJupyterLab } from "./jupyter-lab.js";
import { writeNotebook } from "./notebook-file.js";

const SHOTS = fileURLToPath(new URL("../../../test-results/", import.meta.url));

const CELL = `import { flow, task } from "cellar";
const weigh = task("weigh", (grams: number) => {
  if (grams > 2) throw new Error("Too heavy");
  return grams;
});
for (const grams of [1, 2, 3]) await flow("post", () => weigh(grams)).run();
undefined;`;

let lab: JupyterLab;
let browser: Browser;
let page: Page;

const rows = (): Locator => page.locator("#cellar-run-history .cl-history-run");

test.before(async () => {
  lab = await startJupyterLab();
  await writeNotebook(join(lab.folder, "post.ipynb"), [{ source: CELL }]);
  browser = await openBrowser();
  page = await openNotebook(browser, lab, "post.ipynb");
});

test.after(async () => {
  await browser?.close();
  await lab?.stop();
});

test("the side panel lists runs as they come, newest first", async () => {
  await command(page, "cellar:show-runs");
  await page.locator("#cellar-run-history .cl-note", { hasText: "No runs yet" }).waitFor();
  await page.locator(".jp-CodeCell .jp-InputPrompt").first().click();
  await command(page, "notebook:run-cell");
  await rows().nth(2).waitFor();
  assert.is(await rows().nth(0).getAttribute("data-state"), "Failed");
  assert.is(await rows().nth(2).getAttribute("data-state"), "Success");
});

test("the list is filtered by what is typed", async () => {
  const filter = page.getByLabel("Filter runs");
  await filter.fill("failed");
  await rows().nth(1).waitFor({ state: "detached" });
  assert.is(await rows().count(), 1);
  await filter.fill("");
  await rows().nth(2).waitFor();
});

test("a run opens beside the notebook, live", async () => {
  await rows().nth(0).click();
  const opened = page.locator(".jp-MainAreaWidget > .jp-Cellar .cl-run");
  await opened.locator('.cl-node[data-name="weigh"]').click();
  await opened.locator(".cl-drawer .cl-error", { hasText: "Too heavy" }).waitFor();
  assert.is(await opened.getAttribute("data-link"), "live");
  await page.screenshot({ path: join(SHOTS, "runs-light.png") });
  await useTheme(page, "JupyterLab Dark");
  await page.screenshot({ path: join(SHOTS, "runs-dark.png") });
});

test.run();
