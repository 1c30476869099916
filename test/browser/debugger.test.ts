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
  `interface Order { readonly id: number; readonly price: number }
function priced(order: Order, rate: number): number {
  const net = order.price / (1 + rate);
  const rounded = Math.round(net * 100) / 100;
  return rounded;
}`,
  `const orders: Order[] = [{ id: 1, price: 119 }, { id: 2, price: 11.9 }];
const prices = orders.map((order) => priced(order, 0.19));
prices`,
  `import { flow, task } from "cellar";
const double = task("double", (n: number) => {
  const twice = n * 2;
  return twice;
});
(await flow("doubled", () => double(21)).run()).type`,
  `throw new RangeError("too far")`,
];

let lab: JupyterLab;
let browser: Browser;
let page: Page;

const cell = (text: string): Locator => page.locator(".jp-CodeCell", { hasText: text }).first();
const shot = (name: string): Promise<Buffer> => page.screenshot({ path: join(SHOTS, `${name}.png`) });

test.before(async () => {
  lab = await startJupyterLab();
  await writeNotebook(
    join(lab.folder, "debug.ipynb"),
    CELLS.map((source) => ({ source })),
  );
  browser = await openBrowser();
  page = await openNotebook(browser, lab, "debug.ipynb");
});

test.after(async () => {
  await browser?.close();
  await lab?.stop();
});

const sidebar = (): Locator => page.locator("#jp-debugger-sidebar");
const callstack = (): Locator => sidebar().locator(".jp-DebuggerCallstack");
const variables = (): Locator => sidebar().locator(".jp-DebuggerVariables");
const press = (name: string): Promise<void> => sidebar().locator(`jp-button[title^="${name}"]`).click();

/** Clicks into the gutter before a line of a cell. */
async function breakpoint(text: string, line: number): Promise<void> {
  const lines = cell(text).locator(".cm-lineNumbers .cm-gutterElement").getByText(String(line), { exact: true });
  const [number, gutter] = await Promise.all([
    lines.boundingBox(),
    cell(text).locator(".cm-gutter.cm-breakpoint-gutter").boundingBox(),
  ]);
  await page.mouse.click(gutter!.x + gutter!.width / 2, number!.y + number!.height / 2);
  await cell(text).locator(".cm-breakpoint-icon:visible").first().waitFor();
}
async function startCell(text: string): Promise<void> {
  await cell(text).locator(".jp-InputPrompt").click();
  await page.keyboard.press("Control+Enter");
}
/** A variable by its name and how its value is shown. */
const shows = (name: string, value: string): Promise<void> =>
  variables()
    .locator("jp-tree-item")
    .filter({ has: page.locator(".jp-DebuggerVariables-name").getByText(name, { exact: true }) })
    .filter({ has: page.locator(".jp-DebuggerVariables-detail").getByText(value, { exact: true }) })
    .first()
    .waitFor();
const pausedAt = (code: string): Promise<void> =>
  page.locator(".jp-DebuggerEditor-highlight", { hasText: code }).waitFor();
const frame = (name: string): Promise<void> =>
  callstack().locator(".jp-DebuggerCallstackFrame.selected", { hasText: name }).waitFor();

test("the debugger is switched on in the toolbar", async () => {
  const on = page.locator('.jp-DebuggerBugButton[aria-pressed="true"]');
  // JupyterLab forgets a click that comes before it has asked a new kernel whether it debugs.
  for (let click = 0; click < 5 && !(await on.isVisible()); click += 1) {
    await page.locator(".jp-DebuggerBugButton:not([aria-disabled=true])").click();
    await on.waitFor({ timeout: 3000 }).catch(() => {});
  }
  await sidebar().waitFor();
  assert.ok(await on.isVisible());
});

test("a breakpoint stops a cell at the author's line, with variables and call stack", async () => {
  await startCell("interface Order");
  await breakpoint("interface Order", 4);
  await startCell("const orders");
  await pausedAt("const rounded");
  await frame("priced");
  await shows("rate", "0.19");
  await shows("order", "{id: 1, price: 119}");
  await shot("debugger-light");
  await useTheme(page, "JupyterLab Dark");
  await shot("debugger-dark");
  await useTheme(page, "JupyterLab Light");
});

test("stepping goes to the next line, and out to the caller", async () => {
  await press("Next");
  await pausedAt("return rounded");
  await shows("rounded", "100");
  await press("Step Out");
  await pausedAt("const prices");
});

test("an expression is evaluated where the code stopped", async () => {
  await press("Evaluate");
  const debugConsole = page.locator(".jp-DebugConsole");
  await debugConsole.locator(".jp-CodeConsole-promptCell .cm-content").click();
  await page.keyboard.type("orders.length * 21");
  await command(page, "debugger:run-in-console");
  await debugConsole.locator(".jp-OutputArea-output", { hasText: "42" }).waitFor();
  await press("Evaluate"); // closes it
  await debugConsole.waitFor({ state: "detached" });
});

test("the second call stops at the breakpoint as well, then the cell comes to its end", async () => {
  await press("Continue");
  await pausedAt("const rounded");
  await press("Continue");
  await cell("const orders").locator(".jp-OutputArea-output", { hasText: "[ 100, 10 ]" }).waitFor();
  await kernelIdle(page);
});

test("a breakpoint in a task stops the flow that runs it", async () => {
  await breakpoint("const double", 3);
  await startCell("const double");
  await pausedAt("const twice");
  await shows("n", "21");
  await press("Continue");
  await cell("const double").locator(".jp-OutputArea-output", { hasText: "'Success'" }).waitFor();
  await kernelIdle(page);
});

test("an uncaught error stops where it is thrown", async () => {
  await command(page, "debugger:pause-on-exceptions", { filter: "uncaught" });
  await startCell("throw new RangeError");
  await pausedAt("throw new RangeError");
  await press("Continue");
  await cell("throw new RangeError").locator(".jp-OutputArea-output", { hasText: "RangeError: too far" }).waitFor();
});

test("an interrupt ends a cell that the debugger holds, and the session keeps its variables", async () => {
  await startCell("const orders");
  await pausedAt("const rounded");
  await command(page, "kernelmenu:interrupt");
  await cell("const orders").locator(".jp-OutputArea-output", { hasText: "KeyboardInterrupt" }).waitFor();
  await kernelIdle(page);
  await page.locator(".jp-DebuggerBugButton").click();
  await page.locator('.jp-DebuggerBugButton[aria-pressed="false"]').waitFor();
  await startCell("const orders");
  await cell("const orders").locator(".jp-OutputArea-output", { hasText: "[ 100, 10 ]" }).waitFor();
});

test.run();
