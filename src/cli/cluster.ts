import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Command } from "commander";

interface ClusterFlags {
  readonly workers: string;
  readonly slots: string;
}

const CELLAR = fileURLToPath(new URL("./main.js", import.meta.url));
const PROGRAMS = ["redis-server", "valkey-server"];
const START_MS = 10_000;
const END_MS = 5_000;

/** `cellar cluster`: a queue and workers on this machine, for trying. */
export const clusterCommand = (): Command =>
  new Command("cluster")
    .description("start a queue and workers on this machine, to try what many machines do")
    .option("--workers <count>", "how many", "2")
    .option("--slots <count>", "tasks at once on each", "2")
    .action(startCluster);

async function startCluster({ workers, slots }: ClusterFlags): Promise<void> {
  const [count, each] = [countOf("--workers", workers), countOf("--slots", slots)];
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => resolve());
  });
  const port = await freePort();
  const password = randomBytes(18).toString("base64url");
  const connection = `redis://:${password}@127.0.0.1:${port}`;
  const children = [await startQueue(port, password)];
  try {
    for (let number = 1; number <= count; number += 1) children.push(startWorker(`w${number}`, each, connection));
    console.log(
      `The queue runs at 127.0.0.1:${port}, with ${count} workers. In the terminal of JupyterLab or of a script:\n\n` +
        `  export CELLAR_QUEUE=${connection}\n\n` +
        "Flows that are given { executor: new QueueExecutor() } then run here. Ctrl-C ends all of it.\n",
    );
    const ended = children.map((child) => new Promise<void>((resolve) => child.once("exit", () => resolve())));
    const failed = Promise.race(ended).then(() => "a process of it ended");
    const why = await Promise.race([stopped.then(() => null), failed]);
    if (why !== null) throw new Error(`Cannot keep the cluster running: ${why}`);
  } finally {
    await endAll(children.reverse()); // the queue last: workers give back what they have
  }
}

async function startQueue(port: number, password: string): Promise<ChildProcess> {
  const program = PROGRAMS.find((name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0);
  if (program === undefined)
    throw new Error(
      `Cannot start a queue: neither ${PROGRAMS.join(" nor ")} is on the PATH; install one (Debian: apt-get install redis-server, macOS: brew install redis)`,
    );
  const folder = resolve(".cellar", "queue");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // By its standard input: others can read a command line.
  const server = spawn(program, ["-"], { stdio: ["pipe", "ignore", "inherit"], detached: true });
  const settings = [
    `port ${port}`,
    "bind 127.0.0.1",
    `requirepass ${password}`,
    `dir ${JSON.stringify(folder)}`,
    "appendonly yes",
    'save ""',
    "maxmemory-policy noeviction",
  ];
  server.stdin!.end(`${settings.join("\n")}\n`);
  const failed = new Promise<never>((_, reject) => {
    server.once("error", (cause) => reject(new Error(`Cannot start ${program}: ${cause.message}`, { cause })));
    server.once("exit", (code) => reject(new Error(`Cannot start ${program}: it ended with code ${code}`)));
  });
  failed.catch(() => {}); // once it listens, its end is told elsewhere
  await Promise.race([listening(port), failed]);
  return server;
}

const startWorker = (name: string, slots: number, connection: string): ChildProcess =>
  spawn(process.execPath, [CELLAR, "worker", "--name", name, "--concurrency", String(slots), "--grace", "2s"], {
    env: { ...process.env, CELLAR_QUEUE: connection },
    stdio: "inherit",
    detached: true, // Ctrl-C is for this process: it ends them in order
  });

/** One after another, by force where asking does not help. */
async function endAll(children: readonly ChildProcess[]): Promise<void> {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const isLate = await Promise.race([ended.then(() => false), delay(END_MS, true, { ref: false })]);
    if (isLate) child.kill("SIGKILL");
    await ended;
  }
}

function countOf(flag: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new RangeError(`Cannot start a cluster: ${flag} is ${JSON.stringify(text)}, not a whole number from 1`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(port: number): Promise<void> {
  for (let waited = 0; waited < START_MS; waited += 50) {
    const answers = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (answers) return;
    await delay(50);
  }
  throw new Error(`Cannot start the queue: nothing listens on port ${port}`);
}
