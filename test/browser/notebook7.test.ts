import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { command, kernelIdle, openBrowser, openNotebook, useTheme } from "./browser.js";
import { type JupyterLab, startJupyterLab } from "./jupyter-lab.js";
import { writeNotebook } from "./notebook-file.js";

const SHOTS = fileURLToPath(new URL("../../../test-results/", import.meta.url));
/** The second task waits for a file, so that the run is seen while it goes on. */
const FLOW = `import { existsSync } from "node:fs";
import { flow, task } from "cellar";
const load = task("load rows", () => [3, 4, 5]);
const wait = task("wait for file", async (rows: number[]) => {
  while (!existsSync("go")) await new Promise((resolve) => setTimeout(resolve, 50));
  return rows.length;
});
const report = flow("report", () => ({ count: wait(load()) }));
await report.run();`;

let notebook: JupyterLab;
let browser: Browser;
let page: Page;

const run = (): Locator => page.locator(".cl-run");
const node = (name: string): Locator => run().locator(`.cl-node[data-name="${name}"]`);

test.before(async () => {
  await mkdir(SHOTS, { recursive: true });
  notebook = await startJupyterLab("notebook");
  await writeNotebook(join(notebook.folder, "report.ipynb"), [{ source: FLOW }, { source: "await load().run()" }]);
  browser = await openBrowser();
  page = await openNotebook(browser, notebook, "report.ipynb");
});

test.after(async () => {
  await browser?.close();
  await notebook?.stop();
});

test("a flow run is live while its cell is busy", async () => {
  const ran = command(page, "notebook:run-cell"); // resolves at the cell's end
  await node("load rows").locator('xpath=self::*[@data-state="Success"]').waitFor();
  await node("wait for file").locator('xpath=self::*[@data-state="Running"]').waitFor();
  assert.is(await run().getAttribute("data-link"), "live");
  await page.screenshot({ path: join(SHOTS, "notebook7-running-light.png") });
  await writeFile(join(notebook.folder, "go"), "");
  await node("wait for file").locator('xpath=self::*[@data-state="Success"]').waitFor();
  await ran;
  await kernelIdle(page);
});

test("a state has its card", async () => {
  await page.locator(".jp-CodeCell").nth(1).locator(".jp-InputPrompt").click();
  await command(page, "notebook:run-cell");
  const card = page.locator(".cl-card.cl-state");
  await card.waitFor();
  const told = await card.innerText();
  for (const word of ["Success", "Result", "[ 3, 4, 5 ]"]) assert.match(told, word);
});

test("the side panel lists the runs, and opens one", async () => {
  await command(page, "cellar:show-runs");
  const runs = page.locator("#cellar-run-history .cl-history-run");
  await runs.first().waitFor();
  assert.match(await runs.allInnerTexts().then((all) => all.join("\n")), "report");
  await runs.filter({ hasText: "report" }).first().click();
  const opened = page.locator(".jp-MainAreaWidget > .jp-Cellar .cl-run");
  await opened.locator('.cl-node[data-name="load rows"]').waitFor();
  await page.screenshot({ path: join(SHOTS, "notebook7-runs-light.png") });
});

test("the dark theme shows the same widget", async () => {
  await useTheme(page, "JupyterLab Dark");
  await run().first().scrollIntoViewIfNeeded();
  await page.screenshot({ path: join(SHOTS, "notebook7-dark.png") });
  assert.is(await node("load rows").first().getAttribute("data-state"), "Success");
});

test("the notebook exports as a flow script", async () => {
  const exported = command(page, "cellar:export-flow-script"); // resolves once its dialog is answered
  await page.locator(".jp-Dialog .cl-export-script").waitFor();
  await page.locator(".jp-Dialog .jp-mod-accept").click();
  await exported;
  assert.match(await readFile(join(notebook.folder, "report.ts"), "utf8"), 'flow("report"');
});

test.run();
