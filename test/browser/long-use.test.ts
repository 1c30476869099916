import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { command, openBrowser, openNotebook, useTheme } from "./browser.js";
import { type JupyterLab, startJupyterLab } from "./jupyter-lab.js";
import { writeNotebook } from "./notebook-file.js";

const RERUNS = 30;
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

const CELLS = [
  `import { context, flow, html, task } from "cellar";
const first = task("first", () => [{ a: 1, b: "x" }]);
const each = task("each", (n: number) => { context().log(\`sees \${n}\`); if (n === 2) throw new Error("Bad row 2"); return n; });
const job = flow("job", () => [first(), each.map([1, 2, 3])]);`,
  "await job.run(); // the flow",
  "html`<table><tr><td>plain</td></tr></table>` // plain",
];

let lab: JupyterLab;
let browser: Browser;
let page: Page;

test.before(async () => {
  lab = await startJupyterLab();
  await writeNotebook(
    join(lab.folder, "use.ipynb"),
    CELLS.map((source) => ({ source })),
  );
  browser = await openBrowser();
  page = await openNotebook(browser, lab, "use.ipynb");
  await run("import {");
});
test.after(async () => {
  await browser?.close();
  await lab?.stop();
});

async function run(text: string): Promise<void> {
  await page.locator(".jp-CodeCell", { hasText: text }).first().locator(".jp-InputPrompt").click();
  await command(page, "notebook:run-cell");
}

/** What a page holds once all that can be freed is freed. */
async function held(): Promise<{ readonly nodes: number; readonly listeners: number }> {
  const devtools = await page.context().newCDPSession(page);
  for (let round = 0; round < 3; round += 1) await devtools.send("HeapProfiler.collectGarbage");
  const { nodes, jsEventListeners } = await devtools.send("Memory.getDOMCounters");
  await devtools.detach();
  return { nodes, listeners: jsEventListeners };
}

/** What each run of a cell leaves behind, once it has been run a few times. */
async function growth(text: string): Promise<{ readonly nodes: number; readonly listeners: number }> {
  for (let index = 0; index < 5; index += 1) await run(text);
  const before = await held();
  for (let index = 0; index < RERUNS; index += 1) await run(text);
  const after = await held();
  return { nodes: (after.nodes - before.nodes) / RERUNS, listeners: (after.listeners - before.listeners) / RERUNS };
}

test("a flow that is run again and again leaves no more behind than a plain html cell", async () => {
  const plain = await growth("// plain");
  const flow = await growth("// the flow");
  console.log(JSON.stringify({ plain, flow }));
  // A widget has some 300 nodes: one that were kept would show at once.
  assert.ok(flow.nodes - plain.nodes < 15, JSON.stringify({ plain, flow }));
  assert.ok(flow.listeners - plain.listeners < 3, JSON.stringify({ plain, flow }));
});

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

for (const theme of ["JupyterLab Light", "JupyterLab Dark"] as const)
  test(`axe-core finds nothing in any view of a run, in ${theme}`, async () => {
    await useTheme(page, theme);
    await run("// the flow");
    await command(page, "cellar:show-runs");
    await page.evaluate(await readFile(AXE, "utf8"));
    const card = page.locator(".jp-NotebookPanel .cl-run").first();
    const found: string[] = [];
    for (const tab of ["Graph", "Timeline", "Tasks", "Logs"]) {
      await card.getByRole("tab", { name: tab }).click();
      for (const task of tab === "Graph" ? ["first", "each"] : [undefined]) {
        if (task) await card.locator(`.cl-node[data-name="${task}"]`).click();
        const open = card.locator(".cl-drawer-finds .cl-open").first();
        if (task === "first" && (await open.isVisible())) await open.click();
        await page.waitForTimeout(300);
        const violations = (await page.evaluate(
          `axe.run({ include: [[".cl-run"], ["#cellar-run-history"]] }, { resultTypes: ["violations"], rules: { region: { enabled: false } } }).then((result) => result.violations)`,
        )) as readonly Violation[];
        found.push(...violations.map(({ id, nodes }) => `${tab} ${task ?? ""}: ${id} ${nodes[0]!.html.slice(0, 160)}`));
      }
    }
    assert.equal([...new Set(found)], []);
  });

test.run();
