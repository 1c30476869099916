import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, openSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));
const START_LIMIT_MS = 90_000;

/** JupyterLab, or Notebook 7, which is made of the same parts. */
export type JupyterApp = "lab" | "notebook";

/** A JupyterLab of the project's .venv, serving a folder of its own on loopback. */
export interface JupyterLab {
  /** Without a slash at the end. */
  readonly url: string;
  readonly app: JupyterApp;
  readonly token: string;
  /** Root of what it serves; also the place of notebooks' stores. */
  readonly folder: string;
  stop(): Promise<void>;
}

/**
 * Starts JupyterLab or Notebook 7 with settings, workspaces and runtime files in a temporary folder.
 * @throws {Error} with the server's log when it does not answer.
 */
export async function startJupyterLab(app: JupyterApp = "lab"): Promise<JupyterLab> {
  const jupyter = join(PROJECT, ".venv", "bin", "jupyter");
  if (!existsSync(jupyter))
    throw new Error(`Cannot start JupyterLab: ${jupyter} is missing; run node install.js --prefix .venv`);
  const home = await mkdtemp(join(tmpdir(), "cellar-lab-"));
  const folder = join(home, "work");
  await mkdir(folder);
  const notifications = join(home, "settings", "@jupyterlab", "apputils-extension");
  await mkdir(notifications, { recursive: true });
  // Otherwise it asks whether to fetch news, in a box over the page.
  const quiet = { fetchNews: "false", checkForUpdates: false, doNotDisturbMode: true };
  await writeFile(join(notifications, "notification.jupyterlab-settings"), JSON.stringify(quiet));
  const token = randomBytes(16).toString("hex");
  const port = await freePort();
  const log = join(home, "server.log");
  const logFile = openSync(log, "w");
  const args = [app, "--no-browser", "--ip=127.0.0.1", `--port=${port}`, `--IdentityProvider.token=${token}`];
  args.push(`--${app === "lab" ? "LabApp" : "JupyterNotebookApp"}.expose_app_in_browser=True`); // window.jupyterapp, for commands by id
  const server = spawn(jupyter, [...args, "--allow-root", `--ServerApp.root_dir=${folder}`], {
    stdio: ["ignore", logFile, logFile],
    env: {
      ...process.env,
      JUPYTER_CONFIG_DIR: join(home, "config"),
      JUPYTER_DATA_DIR: join(home, "data"),
      JUPYTER_RUNTIME_DIR: join(home, "runtime"),
      JUPYTERLAB_SETTINGS_DIR: join(home, "settings"),
      JUPYTERLAB_WORKSPACES_DIR: join(home, "workspaces"),
    },
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await end(server);
    await rm(home, { recursive: true, force: true });
  };
  try {
    await answers(`${url}/api/status?token=${token}`, server);
  } catch (cause) {
    const text = await readFile(log, "utf8");
    await stop();
    throw new Error(`Cannot start JupyterLab: it did not answer\n${text}`, { cause });
  }
  return { url, app, token, folder, stop };
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  const limit = Date.now() + START_LIMIT_MS;
  while (Date.now() < limit) {
    if (server.exitCode !== null) throw new Error(`the server exited with code ${server.exitCode}`);
    const response = await fetch(url).catch(() => undefined); // refused until it listens
    if (response?.ok) return;
    await delay(100);
  }
  throw new Error(`no answer within ${START_LIMIT_MS} ms`);
}

/** The server ends its kernels itself when asked to by SIGTERM. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, "exit");
  server.kill("SIGTERM");
  const killer = setTimeout(() => server.kill("SIGKILL"), 10_000);
  await exited;
  clearTimeout(killer);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}
