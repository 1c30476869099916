import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const has = (program: string): boolean => spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
/** Whichever of the two is installed. */
const PROGRAM = ["redis-server", "valkey-server"].find(has) ?? "redis-server";

/** A redis-server of the tests' own, on a free port of this machine, with its files in a folder of its own. */
export class RedisServer {
  #process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly folder: string,
    private readonly args: readonly string[],
  ) {}

  /** @param args as of redis-server's command line, such as `--requirepass`, `secret` */
  static async start(args: readonly string[] = ["--appendonly", "yes"]): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), "cellar-redis-"));
    const server = new RedisServer(await freePort(), folder, args);
    await server.restart();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it on the port and the files that it had. */
  async restart(): Promise<void> {
    const usual = ["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.folder, "--save", ""];
    this.#process = spawn(PROGRAM, [...usual, ...this.args], { stdio: "ignore" });
    const running = this.#process;
    const end = () => running.kill("SIGKILL"); // a test that failed leaves nothing behind
    process.once("exit", end);
    running.once("exit", () => process.off("exit", end));
    await listening(this.port);
  }

  /** Ends it at once, as a machine that loses its power. */
  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.#process?.once("exit", resolve));
    this.#process?.kill("SIGKILL");
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const answers = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (answers) return;
    await delay(20);
  }
  throw new Error(`Cannot start ${PROGRAM}: nothing listens on port ${port}`);
}
