import { cp, mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { command, kernelIdle, openBrowser, openNotebook, useTheme } from "./browser.js";
import { type JupyterLab, startJupyterLab } from "./jupyter-lab.js";

const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));
/** Where screenshots are written; the best of them stand in docs/images. */
const SHOTS = join(PROJECT, "test-results");

let lab: JupyterLab;
let browser: Browser;
let page: Page;

const run = (): Locator => page.locator(".cl-run");
const node = (name: string): Locator => run().locator(`.cl-node[data-name="${name}"]`);
const facts = (): Promise<string> => run().locator(".cl-run-header .cl-facts").innerText();
const shot = (name: string): Promise<Buffer> => page.screenshot({ path: join(SHOTS, `${name}.png`) });

async function ended(state: "Success" | "Failed"): Promise<void> {
  await run().locator(".cl-run-header .cl-word", { hasText: state }).waitFor();
  await kernelIdle(page);
}

/** Selects the cell whose text has `text` and runs it, as Ctrl+Enter does. */
async function runCell(text: string): Promise<void> {
  await page.locator(".jp-CodeCell", { hasText: text }).first().locator(".jp-InputPrompt").click();
  await command(page, "notebook:run-cell");
  await kernelIdle(page);
}

test.before(async () => {
  await mkdir(SHOTS, { recursive: true });
  lab = await startJupyterLab();
  await cp(join(PROJECT, "notebooks", "quickstart.ipynb"), join(lab.folder, "quickstart.ipynb"));
  await cp(join(PROJECT, "package-lock.json"), join(lab.folder, "package-lock.json"));
  await symlink(join(PROJECT, "node_modules"), join(lab.folder, "node_modules"));
  browser = await openBrowser();
  page = await openNotebook(browser, lab, "quickstart.ipynb");
});

test.after(async () => {
  await browser?.close();
  await lab?.stop();
});

test("run all ends with one red task and the rest green", async () => {
  await command(page, "notebook:run-all-cells");
  await ended("Failed");
  assert.is(await node("write report").getAttribute("data-state"), "Failed");
  for (const name of ["read lock file", "licence report"])
    assert.is(await node(name).getAttribute("data-state"), "Success", name);
  assert.is(await node("inspect package").getAttribute("data-state"), "Mapped");
  await run().scrollIntoViewIfNeeded();
  await shot("quickstart-failed-light");
});

test("a failed task's drawer names the error", async () => {
  await node("write report").click();
  const drawer = run().locator(".cl-drawer");
  await drawer.waitFor();
  assert.match(await drawer.innerText(), "ENOENT");
  await shot("quickstart-error-light");
});

test("running the cell again keeps what finished and runs the failed task", async () => {
  await runCell("audit.run()");
  await ended("Success");
  assert.match(await facts(), /kept \d+, ran 1\b/);
  assert.match(await facts(), "attempt 2");
  assert.is(await node("write report").getAttribute("data-state"), "Success");
  assert.is(await node("read lock file").getAttribute("data-kept"), "true");
  await run().scrollIntoViewIfNeeded();
  await shot("quickstart-light");
});

test("a stored result opens on demand", async () => {
  await node("licence report").click();
  const drawer = run().locator(".cl-drawer");
  await drawer.getByRole("button", { name: "Open" }).click();
  await drawer.locator(".cl-table").waitFor();
  assert.match(await drawer.locator(".cl-table").innerText(), "MIT");
  await shot("quickstart-result-light");
});

test("timeline and task table show the same run", async () => {
  for (const tab of ["Timeline", "Tasks"]) {
    await run().getByRole("tab", { name: tab }).click();
    await shot(`quickstart-${tab.toLowerCase()}-light`);
  }
  await run().getByRole("tab", { name: "Graph" }).click();
});

test("the dark theme shows the same widget", async () => {
  await useTheme(page, "JupyterLab Dark");
  await run().scrollIntoViewIfNeeded();
  await shot("quickstart-dark");
  for (const tab of ["Timeline", "Tasks"]) {
    await run().getByRole("tab", { name: tab }).click();
    await shot(`quickstart-${tab.toLowerCase()}-dark`);
  }
  await useTheme(page, "JupyterLab Light");
});

test("the widget is there after a page reload, and live again", async () => {
  await command(page, "docmanager:save");
  await page.close();
  page = await openNotebook(browser, lab, "quickstart.ipynb");
  await page.locator('.cl-run[data-link="live"]').waitFor();
  await run().scrollIntoViewIfNeeded(); // a cell out of sight is not drawn, and has no text
  await shot("quickstart-reloaded-light");
  assert.is(await node("write report").getAttribute("data-state"), "Success");
  assert.match(await facts(), /kept \d+, ran 1\b/);
});

test("after a kernel restart, running all again is a fresh run of what succeeded", async () => {
  const restarted = command(page, "kernelmenu:restart"); // resolves once its question is answered
  await page.locator(".jp-Dialog .jp-mod-accept").click();
  await restarted;
  await kernelIdle(page);
  await command(page, "notebook:run-all-cells");
  await ended("Success");
  assert.not.match(await facts(), "attempt 2");
});

test("the toolbar's export writes a flow script beside the notebook", async () => {
  const exported = command(page, "cellar:export-flow-script"); // resolves once its dialog is answered
  await page.locator(".jp-Dialog .cl-export-script").waitFor();
  await shot("export-light");
  await page.locator(".jp-Dialog .jp-mod-accept").click();
  await exported;
  assert.match(await readFile(join(lab.folder, "quickstart.ts"), "utf8"), 'flow("dependency audit"');
});

test.run();
