import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RedisServer } from "./redis-server.js";
import { until } from "./until.js";

const CELLAR = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

/** A worker as people start one, in a folder that has none of the notebook's files. */
export class WorkerProcess {
  output = "";
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(folder: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, [CELLAR, "worker", ...args], {
      cwd: folder,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on("data", (text) => {
        this.output += String(text);
      });
    this.ended = new Promise((resolve) => this.#child.once("exit", resolve));
    const end = () => this.#child.kill("SIGKILL"); // a test that failed leaves nothing behind
    process.once("exit", end);
    void this.ended.then(() => process.off("exit", end));
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Resolves when it takes orders. */
  async ready(): Promise<this> {
    let isOver = false;
    void this.ended.then(() => {
      isOver = true;
    });
    await until(() => {
      if (isOver) throw new Error(`The worker ended: ${this.output}`);
      return this.output.includes("takes queue");
    }, "the worker's start");
    return this;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async end(signal: NodeJS.Signals = "SIGKILL"): Promise<number | null> {
    this.#child.kill(signal);
    return await this.ended;
  }
}

/** A queue of the tests' own with workers. */
export class Cluster {
  readonly workers: WorkerProcess[] = [];

  private constructor(
    readonly server: RedisServer,
    readonly folder: string,
  ) {}

  static async start(redisArgs?: readonly string[]): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), "cellar-workers-"));
    return new Cluster(await RedisServer.start(redisArgs), folder);
  }

  /** Starts a worker; `--connection` is given already. */
  async worker(
    name: string,
    args: readonly string[] = ["--concurrency", "2"],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<WorkerProcess> {
    const worker = new WorkerProcess(
      this.folder,
      ["--connection", this.server.url, "--name", name, ...args],
      environment,
    );
    this.workers.push(worker);
    return await worker.ready();
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.end()));
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
