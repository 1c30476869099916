import { execFile } from "node:child_process";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FLOW_RUN_MIME, type FlowRunRecord, type StateType } from "../../src/contracts/records.js";
import { STATE_LOOKS } from "../../src/contracts/state-look.js";
import { command, kernelIdle, openBrowser, openNotebook } from "./browser.js";
import { type JupyterLab, startJupyterLab } from "./jupyter-lab.js";
import { writeNotebook } from "./notebook-file.js";

/** Whatever happens to a run, at whatever moment: all views of it say what `cellar show` says. */

const CLI = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const run = promisify(execFile);

const BEGIN = `import { context, flow, signals, task } from "cellar";
console.log(\`pid \${process.pid};\`);
const first = task("first", () => 1);`;

/** How a flow gets to the moment, and what its task's node shows there. */
const MOMENTS: { readonly [moment: string]: { readonly task: string; readonly node: StateType } } = {
  running: {
    task: `task("second", async (n: number) => { await new Promise((done) => setTimeout(done, 600_000)); return n; })`,
    node: "Running",
  },
  waiting: {
    task: `task("second", (n: number): number => { throw new Error("not yet"); }, { maxRetries: 1, retryDelay: "2h" })`,
    node: "Retrying",
  },
  paused: { task: `task("second", (n: number): number => { throw signals.pause("Ada has a look"); })`, node: "Paused" },
  failed: { task: `task("second", (n: number): number => { throw new Error("no way"); })`, node: "Failed" },
};

interface World {
  readonly page: Page;
  readonly folder: string;
  readonly path: string;
}

const EVENTS: { readonly [event: string]: (world: World) => Promise<Page> } = {
  async "the session is killed by its pid"({ page }) {
    process.kill(await sessionPid(page), "SIGKILL");
    return page;
  },
  async "the kernel restarts"({ page }) {
    const restarted = command(page, "kernelmenu:restart"); // resolves once its question is answered
    await page.locator(".jp-Dialog .jp-mod-accept").click();
    await restarted;
    await kernelIdle(page);
    return page;
  },
  async "the page is reloaded"({ page }) {
    await command(page, "docmanager:save");
    await page.reload();
    await page.locator(".jp-NotebookPanel .cl-run").waitFor();
    return page;
  },
  async "the notebook is closed and opened again"({ page, path }) {
    await command(page, "docmanager:save");
    await page.close();
    const again = await openPage(path, false);
    await again.locator(".jp-NotebookPanel .cl-run").waitFor();
    return again;
  },
  async "its session dies while the page is closed"({ page, path }) {
    await command(page, "docmanager:save");
    const pid = await sessionPid(page);
    await page.close();
    process.kill(pid, "SIGKILL");
    const again = await openPage(path, false);
    await again.locator(".jp-NotebookPanel .cl-run").waitFor();
    return again;
  },
};

let lab: JupyterLab;
let browser: Browser;
const complaints: string[] = [];

async function openPage(path: string, idle = true): Promise<Page> {
  const page = await openNotebook(browser, lab, path, { idle });
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  page.on("dialog", (dialog) => void dialog.accept()); // "leave the page?"
  return page;
}

async function sessionPid(page: Page): Promise<number> {
  const text = await page.locator(".jp-OutputArea-output", { hasText: "pid " }).first().innerText();
  return Number(/pid (\d+);/.exec(text)![1]);
}

/** A notebook in a folder of its own, so that it has a store of its own, with its flow at the moment. */
async function begin(name: string, moment: string): Promise<World> {
  const folder = join(lab.folder, name);
  await mkdir(folder);
  const { task, node } = MOMENTS[moment]!;
  await writeNotebook(join(folder, "n.ipynb"), [
    { source: `${BEGIN}\nconst second = ${task};\nconst job = flow("job", () => second(first()));` },
    { source: `await job.run({ maxWait: "3h" }); // runs` },
  ]);
  const path = `${name}/n.ipynb`;
  const page = await openPage(path);
  await page.locator(".jp-CodeCell .jp-InputPrompt").first().click();
  await command(page, "notebook:run-cell");
  await page.locator(".jp-CodeCell", { hasText: "// runs" }).locator(".jp-InputPrompt").click();
  await page.keyboard.press("Control+Enter");
  await page.locator(`.cl-node[data-name="second"][data-state="${node}"]`).waitFor();
  return { page, folder, path };
}

/** What the store says: the newest run, as `cellar show` prints it. */
async function shown(folder: string): Promise<FlowRunRecord> {
  const cellar = async (...args: string[]) =>
    JSON.parse((await run(process.execPath, [CLI, ...args, "--json"], { cwd: folder })).stdout) as unknown;
  const [newest] = (await cellar("runs")) as { id: string }[];
  return (await cellar("show", newest!.id)) as FlowRunRecord;
}

/** What each view says of the run's state, in words; undefined while it says nothing. */
async function views(page: Page): Promise<{ readonly [view: string]: string | undefined }> {
  await command(page, "cellar:show-runs");
  const text = async (selector: string) => {
    const found = page.locator(selector).first();
    return (await found.count()) > 0 ? ((await found.textContent()) ?? undefined) : undefined;
  };
  const mark = page.locator(".jp-CodeCell", { hasText: "// runs" }).locator(".cl-mark");
  return {
    widget: await text(".jp-NotebookPanel .cl-run .cl-word"),
    mark: (await mark.count()) > 0 ? ((await mark.getAttribute("title")) ?? undefined) : undefined,
    status: await text(".cl-status"),
    panel: await text("#cellar-run-history .cl-history-facts"),
    task: (await page.locator('.cl-node[data-name="second"]').first().getAttribute("data-state")) ?? undefined,
  };
}

const STATUS_WORDS = (type: StateType): RegExp =>
  type === "Running" ? /1 running/ : type === "Failed" || type === "Crashed" ? /1 failed/ : /1 done/;

/** What is wrong in the views, measured by the store; empty when they agree. */
function disagreements(seen: Awaited<ReturnType<typeof views>>, { state, tasks }: FlowRunRecord): string[] {
  const word = STATE_LOOKS[state.type].word;
  const second = tasks.find(({ name }) => name === "second")!.state.type;
  const widget = seen.widget === word || (state.type === "Running" && seen.widget === "Waiting");
  return [
    !widget && `widget: ${seen.widget}, not ${word}`,
    !seen.mark?.includes(word) && `mark: ${seen.mark}, not ${word}`,
    !STATUS_WORDS(state.type).test(seen.status ?? "") && `status bar: ${seen.status}, not that of ${word}`,
    !seen.panel?.startsWith(word) && `panel: ${seen.panel}, not ${word}`,
    seen.task !== second && `task: ${seen.task}, not ${second}`,
  ].filter((each) => each !== false);
}

async function agree(page: Page, folder: string): Promise<FlowRunRecord> {
  let wrong: string[] = [];
  for (let tries = 0; tries < 60; tries += 1) {
    const stored = await shown(folder);
    wrong = disagreements(await views(page), stored);
    if (wrong.length === 0) return stored;
    await delay(250);
  }
  throw new Error(`The views and the store disagree: ${wrong.join("; ")}`);
}

/** Registers a test for each of these events at each moment. */
export function testEvents(names: RegExp): void {
  let number = 0;
  for (const [event, happen] of Object.entries(EVENTS)) {
    if (!names.test(event)) continue;
    for (const moment of Object.keys(MOMENTS))
      test(`all views agree with the store when ${event} while the flow is ${moment}`, async () => {
        number += 1;
        complaints.length = 0;
        const world = await begin(`case-${number}`, moment);
        await agree(world.page, world.folder);
        const page = await happen(world);
        const { state } = await agree(page, world.folder);
        if (/killed|restarts|dies/.test(event) && (moment === "running" || state.type === "Crashed"))
          await page.locator(".cl-run .cl-retry", { hasText: "Resume" }).first().waitFor();
        // What the notebook keeps says the same.
        await command(page, "docmanager:save");
        const saved = JSON.parse(await readFile(join(world.folder, "n.ipynb"), "utf8")) as {
          cells: { outputs: { data?: { [mime: string]: FlowRunRecord } }[] }[];
        };
        const kept = saved.cells[1]!.outputs.map(({ data }) => data?.[FLOW_RUN_MIME]).find(
          (each) => each !== undefined,
        );
        assert.is(kept?.state.type, state.type);
        assert.equal(complaints, []);
        await page.close();
      });
  }
}

/** Registers the test of a store that is deleted. */
export function testDeletedStore(): void {
  test("a deleted store is said in every open view, and buttons answer in words", async () => {
    const { page, folder } = await begin("deleted", "running");
    await rm(join(folder, ".cellar"), { recursive: true });
    await page
      .locator(".cl-run .cl-link-note", { hasText: /was (deleted|removed|replaced) while it was in use/ })
      .waitFor();
    await page.close();
  });
}

/** Starts what was registered, with a lab and a browser. */
export function runEvents(): void {
  test.before(async () => {
    lab = await startJupyterLab();
    browser = await openBrowser();
  });
  test.after(async () => {
    await browser?.close();
    await lab?.stop();
  });
  test.run();
}
