import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FLOW_RUN_MIME } from "../../src/contracts/records.js";
import { flowRunBundle } from "../../src/display/flow-run-bundle.js";
import { type MimeBundle, toJson } from "../../src/display/mime-bundle.js";
import { stateBundle } from "../../src/display/state-bundle.js";
import { failedRun, HOSTILE_TEXTS, hostileRun, largeRun } from "../display/sample-runs.js";
import { command, openBrowser, openNotebook, useTheme } from "./browser.js";
import { type JupyterLab, startJupyterLab } from "./jupyter-lab.js";
import { writeNotebook } from "./notebook-file.js";

const SHOTS = fileURLToPath(new URL("../../../test-results/", import.meta.url));

let lab: JupyterLab;
let browser: Browser;

/** What the page's elements have, as far as the check looks at them. */
interface DrawnElement {
  readonly tagName: string;
  readonly outerHTML: string;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  matches(selector: string): boolean;
}

const output = (data: MimeBundle) => ({ output_type: "display_data", data, metadata: {} });
async function open(name: string, outputs: readonly object[]): Promise<Page> {
  await writeNotebook(join(lab.folder, name), [{ source: "shop.run()", outputs }]);
  return openNotebook(browser, lab, name);
}

test.before(async () => {
  lab = await startJupyterLab();
  browser = await openBrowser();
});

test.after(async () => {
  await browser?.close();
  await lab?.stop();
});

test("an untrusted notebook shows its run without buttons, and says how to get them", async () => {
  const page = await open("untrusted.ipynb", [output(flowRunBundle(failedRun()))]);
  const run = page.locator(".cl-run");
  await run.waitFor();
  assert.is(await run.getAttribute("data-link"), "none");
  assert.is(await run.locator(".cl-link-note").innerText(), "Trust notebook to interact");
  assert.not(await run.locator(".cl-retry").isVisible());
  assert.not(await run.locator(".cl-cancel").isVisible());
  await run.locator('.cl-node[data-name="findLicences"]').click();
  await run.locator(".cl-drawer").waitFor();
  assert.is(await run.locator(".cl-drawer").getByRole("button", { name: "Open" }).count(), 0);
  await page.screenshot({ path: join(SHOTS, "untrusted-light.png") });
  await page.close();
});

test("once it is trusted, the run has its buttons", async () => {
  const page = await open("trusted.ipynb", [output(flowRunBundle(failedRun()))]);
  const trusted = command(page, "notebook:trust"); // resolves once its question is answered
  await page.locator(".jp-Dialog .jp-mod-accept").click();
  await trusted;
  await page.locator(".cl-run .cl-retry").waitFor();
  await page.close();
});

test("a graph of 1 000 tasks is drawn, and its nodes can be read", async () => {
  const page = await open("large.ipynb", [output({ [FLOW_RUN_MIME]: toJson(largeRun(1000)) })]);
  await page.locator(".cl-run .cl-title", { hasText: "large" }).waitFor();
  await page.locator(".cl-run .cl-tasks").waitFor(); // a large run opens as a list
  await page.locator(".cl-run").getByRole("tab", { name: "Graph" }).click();
  await page.locator(".cl-run .cl-node").nth(3).waitFor();
  const scale = await page.locator(".cl-graph-svg > g").getAttribute("transform");
  assert.ok(Number(/scale\((.*)\)/.exec(scale ?? "")?.[1]) >= 0.8, scale ?? "no transform");
  await page.screenshot({ path: join(SHOTS, "large-light.png") });
  await page.close();
});

test("a saved copy that had to leave its tasks out says so", async () => {
  const page = await open("omitted.ipynb", [output(flowRunBundle(largeRun(1000)))]);
  await page.locator(".cl-graph .cl-note", { hasText: "Too large for this saved copy" }).waitFor();
  await page.close();
});

test("hostile names, messages and results stay text in every view and every fallback", async () => {
  const texts = HOSTILE_TEXTS.filter((text) => Buffer.from(text).toString() === text); // no notebook file can hold the other
  const runBundles = texts.map((text) => flowRunBundle(hostileRun(text)));
  const stateBundles = texts.map((text) => stateBundle(hostileRun(text).state, text));
  // One cell, and few outputs: JupyterLab draws neither a cell far below nor the fifty-first output.
  const page = await open("hostile.ipynb", [
    ...[...runBundles, ...stateBundles].map(output),
    ...[runBundles, stateBundles].map((all) =>
      output({ "text/html": all.map((each) => each["text/html"]).join("\n") }),
    ),
    ...runBundles.map((each) => output({ "image/svg+xml": each["image/svg+xml"]! })),
  ]);
  const ran: string[] = [];
  page.on("dialog", (dialog) => {
    ran.push(dialog.message());
    void dialog.dismiss();
  });
  const runs = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .cl-run");
  for (let index = 0; index < texts.length; index += 1) {
    const run = runs.nth(index);
    await run.scrollIntoViewIfNeeded();
    await run.locator(".cl-node").first().click();
    for (const tab of await run.locator(".cl-tab").all()) await tab.click();
    await run.locator(".cl-logs").waitFor();
  }
  const found = await page
    .locator(".jp-Notebook .jp-OutputArea *")
    .evaluateAll((nodes) =>
      (nodes as unknown as DrawnElement[])
        .filter(
          (node) =>
            /^(script|iframe|object|embed)$/i.test(node.tagName) ||
            node.matches("img[src='x']") ||
            [...node.attributes].some(
              ({ name, value }) =>
                /^on/i.test(name) ||
                (/^(href|src|xlink:href|action|formaction|srcdoc)$/i.test(name) && /script/i.test(value)),
            ),
        )
        .map((node) => node.outerHTML.slice(0, 200)),
    );
  assert.equal(found, []);
  assert.equal(ran, []);
  await useTheme(page, "JupyterLab Dark");
  await page.screenshot({ path: join(SHOTS, "hostile-dark.png") });
  await page.close();
});

test.run();
