import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import MagicString from "magic-string";
import {
  CONTROL_FD,
  type KernelCalls,
  type RunAnswer,
  SESSION_ENV,
  SESSION_EXEC_ARGV,
  type SessionCalls,
  type SessionOutput,
  type SessionSetup,
} from "../../kernel/links/session-calls.js";
import type { Header } from "../../kernel/protocol/messages.js";
import { type Answers, type Caller, connect, serve } from "../../src/links/calls.js";
import { channel, type Port, processPort } from "../../src/links/port.js";

const MAIN = fileURLToPath(new URL("../../kernel/session/main.js", import.meta.url));

/** What one cell did. */
export interface Ran {
  readonly answer: RunAnswer;
  readonly outputs: readonly SessionOutput[];
}
export interface RunOptions {
  readonly allowStdin?: boolean;
  readonly silent?: boolean;
  readonly cellId?: string;
  readonly map?: string;
  readonly filename?: string;
  readonly userExpressions?: { readonly [name: string]: string };
}

/** A real session process, with the kernel process's side of its links played here. */
export class SessionHarness {
  readonly outputs: SessionOutput[] = [];
  readonly ask: Caller<SessionCalls>;
  /** What the process wrote to its own fd 1 and 2. */
  raw = "";
  private count = 0;
  private lastInterrupt = 0;
  private readonly wanted = new Set<() => void>();
  private readonly waiting = new Set<(error: Error) => void>();
  private ended: Error | undefined;
  private readonly lines: Interface;

  private constructor(
    readonly child: ChildProcess,
    readonly folder: string,
    answers: Answers<KernelCalls>,
    serveStore: (port: Port) => void,
  ) {
    const port = processPort(child);
    this.ask = connect<SessionCalls>(channel(port, "session"));
    serve<KernelCalls>(channel(port, "kernel"), answers);
    serveStore(channel(port, "store"));
    channel(port, "output").onMessage((message) => {
      this.outputs.push(message as SessionOutput);
      for (const look of this.wanted) look();
    });
    for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (data) => (this.raw += data));
    this.lines = createInterface({ input: this.control });
    child.once("exit", (code, signal) => {
      this.ended = new Error(`The session exited with ${code ?? signal}: ${this.raw}`);
      for (const reject of this.waiting) reject(this.ended);
    });
  }

  /** Starts a session in a folder of its own and waits until it is ready. */
  static async start({
    input = () => ({ value: "" }),
    serveStore = () => {},
    folder,
    notebook = "notebook.ipynb",
  }: {
    readonly input?: Answers<KernelCalls>["input"];
    readonly serveStore?: (port: Port) => void;
    readonly folder?: string;
    readonly notebook?: string | null;
  } = {}): Promise<SessionHarness> {
    const place = folder ?? (await mkdtemp(join(tmpdir(), "cellar-session-")));
    const setup: SessionSetup = { folder: place, notebook };
    const child = fork(MAIN, [], {
      cwd: place,
      env: { ...process.env, [SESSION_ENV.setup]: JSON.stringify(setup) },
      execArgv: [...SESSION_EXEC_ARGV],
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", "ipc", "pipe"],
    });
    const harness = new SessionHarness(child, place, { input }, serveStore);
    await harness.output(({ kind }) => kind === "ready");
    return harness;
  }

  /** Runs a cell whose function's body is `body`; gives its answer and the outputs that came before it. */
  async run(body: string, options: RunOptions = {}): Promise<Ran> {
    const header = headerOf(`cell-${++this.count}`);
    const from = this.outputs.length;
    const answer = await this.ask("run", {
      cell: {
        header,
        cellId: options.cellId ?? null,
        deletedCells: [],
        count: this.count,
        silent: options.silent ?? false,
        allowStdin: options.allowStdin ?? false,
      },
      js: scriptOf(body),
      filename: options.filename ?? join(this.folder, `cell-${this.count}.ts`),
      map: options.map ?? EMPTY_MAP,
      userExpressions: options.userExpressions ?? {},
    });
    const outputs = this.outputs.slice(from).filter((output) => parentOf(output) === header.msg_id);
    return { answer, outputs };
  }

  /** The value of a cell's result as text. */
  async text(body: string): Promise<string> {
    const { answer, outputs } = await this.run(`return { value: ${body} }`);
    if (answer.status === "error") throw new Error(answer.error.traceback.join("\n"));
    const result = outputs.find((output) => output.kind === "display" && output.type === "execute_result");
    return result?.kind === "display" ? String(result.data["text/plain"]) : "";
  }

  /** Interrupts as the kernel process does; resolves when the session has been told. */
  async interrupt(): Promise<void> {
    const id = ++this.lastInterrupt;
    this.control.write(`${JSON.stringify({ interrupt: id })}\n`);
    for (;;) {
      const [line] = (await once(this.lines, "line")) as [string];
      if ((JSON.parse(line) as { interrupted?: number }).interrupted === id) return;
    }
  }

  /** Waits for the first output, past or to come, that `is` accepts. */
  output<T extends SessionOutput>(is: (output: SessionOutput) => output is T): Promise<T>;
  output(is: (output: SessionOutput) => boolean): Promise<SessionOutput>;
  output(is: (output: SessionOutput) => boolean): Promise<SessionOutput> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.outputs.find(is);
        if (!found) return;
        this.wanted.delete(look);
        this.waiting.delete(reject);
        resolve(found);
      };
      if (this.ended) return reject(this.ended);
      this.waiting.add(reject);
      this.wanted.add(look);
      look();
    });
  }

  /** Ends the session and takes its folder away. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    }
    this.lines.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  private get control(): Duplex {
    return this.child.stdio[CONTROL_FD] as Duplex;
  }
}

const EMPTY_MAP = JSON.stringify({ version: 3, sources: ["cell"], names: [], mappings: "" });

/** A cell's script, in the form that the language thread gives it; `$` has the notebook's names as properties. */
export const scriptOf = (body: string): string => `(async ({ names: $ }, $import, $require, $source) => {\n${body}\n})`;

/** A map of the script that `scriptOf` makes of a cell with this text. */
export function mapOf(text: string): string {
  const [before, after] = scriptOf("\0").split("\0") as [string, string];
  const edits = new MagicString(text).prepend(before).append(after);
  return edits.generateMap({ source: "cell", includeContent: true, hires: true }).toString();
}

function headerOf(id: string): Header {
  return { msg_id: id, session: randomUUID(), username: "test", date: "", msg_type: "execute_request", version: "5.5" };
}

/** Id of the message that an output belongs to; null for "ready" and outputs of no cell. */
export const parentOf = (output: SessionOutput): string | null =>
  output.kind === "ready" ? null : (output.parent?.msg_id ?? null);

/** Text of the streams among outputs, in order. */
export const streamText = (outputs: readonly SessionOutput[]): string =>
  outputs.map((output) => (output.kind === "stream" ? output.text : "")).join("");
