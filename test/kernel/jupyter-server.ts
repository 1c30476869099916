import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { ServerConnection } from "@jupyterlab/services";
import { installKernel, PYTHON } from "./install-kernel.js";
import { freePorts } from "./kernel-client.js";

/** A real Jupyter server with the kernel under test, serving a folder of its own on loopback. */
export interface JupyterServer {
  readonly settings: ServerConnection.ISettings;
  readonly folder: string;
  stop(): Promise<void>;
}

/** @throws {Error} with the server's log when it ends before it answers. */
export async function startJupyterServer(): Promise<JupyterServer> {
  const home = mkdtempSync(join(tmpdir(), "cellar-server-"));
  const folder = join(home, "work");
  mkdirSync(folder);
  installKernel(join(home, "data"));
  const token = randomBytes(16).toString("hex");
  const [port] = await freePorts(1);
  const options = ["--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", `--ServerApp.port=${port}`];
  options.push(`--IdentityProvider.token=${token}`, `--ServerApp.root_dir=${folder}`);
  const server = spawn(PYTHON, ["-m", "jupyter_server", ...options], {
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      ...process.env,
      JUPYTER_PATH: join(home, "data"),
      JUPYTER_CONFIG_DIR: join(home, "config"),
      JUPYTER_DATA_DIR: join(home, "data"),
      JUPYTER_RUNTIME_DIR: join(home, "runtime"),
    },
  });
  const log = text(server.stderr);
  const baseUrl = `http://127.0.0.1:${port}/`;
  while ((await statusOf(`${baseUrl}api/status?token=${token}`)) !== 200) {
    if (server.exitCode !== null) throw new Error(`Cannot start the Jupyter server: it ended\n${await log}`);
    await delay(100);
  }
  const settings = ServerConnection.makeSettings({
    baseUrl,
    wsUrl: baseUrl.replace("http", "ws"),
    token,
    appendToken: true,
  });
  const stop = async (): Promise<void> => {
    const exited = once(server, "exit");
    server.kill("SIGTERM");
    await exited;
    rmSync(home, { recursive: true, force: true });
  };
  return { settings, folder, stop };
}

async function statusOf(url: string): Promise<number> {
  try {
    return (await fetch(url)).status;
  } catch {
    return 0; // refused until it listens
  }
}
