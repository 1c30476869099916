import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, dirname, join, relative, resolve, sep } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { programEnd } from "./run-program.js";

const PACKAGE = fileURLToPath(new URL("../../../", import.meta.url));
const USUAL_PORT = 8888;
const BIN = process.platform === "win32" ? "Scripts" : "bin";

interface LabFlags {
  readonly browser: boolean;
  readonly port?: string;
}

/** `cellar lab`: JupyterLab on a notebook, with kernel and extension. */
export const labCommand = (): Command =>
  new Command("lab")
    .description("open JupyterLab on a notebook")
    .argument("[notebook]", "notebook to open (default: notebooks/quickstart.ipynb, if it is there)")
    .option("--no-browser", "open no browser, print the address")
    .option("--port <number>", "port to listen on (default: 8888, or a free one)")
    .action(openLab);

async function openLab(notebook: string | undefined, { browser, port: asked }: LabFlags): Promise<void> {
  const jupyter = findJupyter();
  const path = chooseNotebook(notebook);
  const port = await choosePort(asked);
  const token = randomBytes(24).toString("hex");
  const place = path === null ? "/lab" : `/lab/tree/${encodeURI(path)}`;
  const args = ["lab", "--ip=127.0.0.1", `--port=${port}`, "--ServerApp.port_retries=0", "--log-level=WARN", "-y"];
  args.push(`--ServerApp.root_dir=${process.cwd()}`, `--LabApp.default_url=${place}`);
  if (process.getuid?.() === 0) args.push("--allow-root");
  if (!browser) args.push("--no-browser");
  const lab = spawn(jupyter, args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, JUPYTER_TOKEN: token }, // not an argument: other users can read those
  });
  const ended = programEnd(lab, jupyter);
  const address = `http://127.0.0.1:${port}${place}?token=${token}`;
  void whenReady(`http://127.0.0.1:${port}/api/status?token=${token}`, ended).then((isReady) => {
    if (isReady) console.log(`\nJupyterLab is ready: ${address}\nStop it with Ctrl-C.\n`);
  });
  process.exitCode = await ended;
}

/** That of the folder's own environment, else of ours, else on the PATH. */
function findJupyter(): string {
  const program = process.platform === "win32" ? "jupyter.exe" : "jupyter";
  const folders = [
    join(process.cwd(), ".venv", BIN),
    ...(process.env.VIRTUAL_ENV ? [join(process.env.VIRTUAL_ENV, BIN)] : []),
    join(PACKAGE, ".venv", BIN),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  const found = folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
  if (!found)
    throw new Error("Cannot open JupyterLab: no `jupyter` is on the PATH; install it by pip install jupyterlab==4.6.4");
  return found;
}

/** Path below the working folder, which the server serves. */
function chooseNotebook(asked: string | undefined): string | null {
  if (asked === undefined) return existsSync("notebooks/quickstart.ipynb") ? "notebooks/quickstart.ipynb" : null;
  const path = relative(process.cwd(), resolve(asked));
  if (!existsSync(asked)) throw new Error(`Cannot open ${asked}: there is no such file`);
  if (path.startsWith(`..${sep}`))
    throw new Error(
      `Cannot open ${asked}: JupyterLab shows what is below this folder; start in ${dirname(resolve(asked))}`,
    );
  return path.split(sep).join("/");
}

async function choosePort(asked: string | undefined): Promise<number> {
  if (asked === undefined) return (await tryPort(USUAL_PORT)) ?? (await tryPort(0))!;
  const port = Number(asked);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new RangeError(`Cannot listen on port ${JSON.stringify(asked)}: it is no number from 1 to 65535`);
  if ((await tryPort(port)) === null)
    throw new Error(`Cannot listen on port ${port}: it is taken; leave --port away for a free one`);
  return port;
}

/** The port when it is free; of 0 a free one; null when it is taken. */
function tryPort(port: number): Promise<number | null> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(null));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === "object" ? address.port : null));
    });
  });
}

async function whenReady(url: string, ended: Promise<number>): Promise<boolean> {
  let isOver = false;
  const stop = (): void => {
    isOver = true;
  };
  void ended.then(stop, stop);
  while (!isOver) {
    const response = await fetch(url).catch(() => undefined); // refused until it listens
    if (response?.ok) return true;
    await delay(100);
  }
  return false;
}
