import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import type { JupyterLab } from "./jupyter-lab.js";

const CANDIDATES = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
/** Without these, the browser looks up hosts of its own at every start. */
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What JupyterLab's page holds, as far as tests touch it. */
interface LabWindow {
  readonly jupyterapp: {
    readonly commands: { execute(id: string, args: object): Promise<unknown> };
    readonly shell: {
      readonly currentWidget?: {
        readonly sessionContext?: { readonly session?: { readonly kernel?: { status: string } } };
      };
    };
  };
}

/** The system's Chromium. @throws {Error} naming the package when there is none. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = CANDIDATES.find((path) => path !== undefined && existsSync(path));
  if (!executablePath)
    throw new Error("Cannot open a browser: Chromium is missing; install the package chromium or set CHROMIUM_PATH");
  return chromium.launch({ executablePath, args: QUIET });
}

/** Opens a notebook of the lab, alone (no tabs of an earlier page), and waits until its kernel is idle,
 * unless a cell of it runs. */
export async function openNotebook(
  browser: Browser,
  lab: JupyterLab,
  path: string,
  { idle = true }: { readonly idle?: boolean } = {},
): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1360, height: 1000 } });
  page.setDefaultTimeout(30_000);
  const place = lab.app === "lab" ? `lab/tree/${path}?reset&` : `notebooks/${path}?`;
  await page.goto(`${lab.url}/${place}token=${lab.token}`);
  await page.locator(".jp-NotebookPanel .jp-Cell").first().waitFor();
  if (idle) await kernelIdle(page);
  return page;
}

/** Waits until the kernel of the notebook in front is connected and idle. */
export async function kernelIdle(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const panel = (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget;
    return panel?.sessionContext?.session?.kernel?.status === "idle";
  });
}

/** Runs a command of JupyterLab by its id, as the palette would. The lab must expose its application to the page. */
export async function command(page: Page, id: string, args: object = {}): Promise<void> {
  await page.evaluate(
    async ([id, args]) => {
      await (globalThis as unknown as LabWindow).jupyterapp.commands.execute(id, args);
    },
    [id, args] as const,
  );
}

/** Switches JupyterLab's theme and waits until its style sheets are there and nothing lies over the page. */
export async function useTheme(page: Page, theme: "JupyterLab Light" | "JupyterLab Dark"): Promise<void> {
  await command(page, "apputils:change-theme", { theme });
  await page.locator(`body[data-jp-theme-name="${theme}"]`).waitFor({ state: "attached" });
  await page.locator("#jupyterlab-splash").waitFor({ state: "detached" });
}
