import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { test } from "uvu";
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
  "process.exit(3)",
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

/** Clicks into the gutter before a line of a cell, until the mark is there: a page that is laid out meanwhile moves it. */
async function breakpoint(text: string, line: number): Promise<void> {
  const number = cell(text).locator(".cm-lineNumbers .cm-gutterElement").getByText(String(line), { exact: true });
  const gutter = cell(text).locator(".cm-gutter.cm-breakpoint-gutter");
  const mark = cell(text).locator(".cm-breakpoint-icon:visible").first();
  const middle = async (of: Locator): Promise<number> => {
    const box = await of.boundingBox();
    return box!.y + box!.height / 2;
  };
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const before = await asked("setBreakpoints");
    const column = await gutter.boundingBox();
    await page.mouse.click(column!.x + column!.width / 2, await middle(number));
    await mark.waitFor();
    await askedAfter("setBreakpoints", before);
    if (Math.abs((await middle(mark)) - (await middle(number))) < 5) return;
    await mark.click(); // on another line: away with it
  }
  throw new Error(`Cannot set a breakpoint on line ${line}: the page does not come to rest`);
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

/** Counts in the page what its debugger asks of the kernel, by command. */
const COUNT_REQUESTS = `
  window.debugAsked = {};
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (data) {
    const text = typeof data === "string" ? data : new TextDecoder().decode(data);
    const command = text.includes("debug_request") && /"command": ?"([a-zA-Z]+)"/.exec(text)?.[1];
    if (command) window.debugAsked[command] = (window.debugAsked[command] ?? 0) + 1;
    send.call(this, data);
  };
`;
/** How often the page has asked for something. */
const asked = async (command: string): Promise<number> =>
  Number(await page.evaluate(`window.debugAsked[${JSON.stringify(command)}] ?? 0`));
/** Waits until the page asks for something again. */
const askedAfter = async (command: string, before: number, options?: { timeout: number }): Promise<void> =>
  void (await page.waitForFunction(`(window.debugAsked[${JSON.stringify(command)}] ?? 0) > ${before}`, null, options));

test("the debugger is switched on in the toolbar", async () => {
  await page.evaluate(COUNT_REQUESTS);
  // Until the answer comes, a second click would undo the first.
  // JupyterLab forgets a click that comes before it has asked a new kernel whether it debugs.
  for (let click = 0; click < 20 && (await asked("initialize")) === 0; click += 1) {
    await page.locator(".jp-DebuggerBugButton:not([aria-disabled=true])").click();
    await askedAfter("initialize", 0, { timeout: 3000 }).catch(() => {});
  }
  // It takes the kernel's breakpoints for its own, then asks for variables: breakpoints set before that are lost.
  await askedAfter("inspectVariables", 0);
  await page.locator('.jp-DebuggerBugButton[aria-pressed="true"]').waitFor();
  await sidebar().waitFor();
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

test("the breakpoint is there after the session has ended", async () => {
  await startCell("process.exit");
  await cell("process.exit").locator(".jp-OutputArea-output", { hasText: "exited with code 3" }).waitFor();
  await startCell("interface Order");
  await kernelIdle(page);
  await startCell("const orders");
  await pausedAt("const rounded");
  await press("Continue");
  await pausedAt("const rounded");
  await press("Continue");
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
