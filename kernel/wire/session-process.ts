import { type ChildProcess, fork } from "node:child_process";
import { createInterface } from "node:readline";
import type { Duplex, Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { type Answers, type Caller, connect, serve } from "../../src/links/calls.js";
import { channel, type Port, processPort } from "../../src/links/port.js";
import type { FromControl, ToControl } from "../links/control-calls.js";
import {
  CONTROL_FD,
  type KernelCalls,
  SESSION_ENV,
  SESSION_EXEC_ARGV,
  type SessionCalls,
  type SessionOutput,
  type SessionSetup,
} from "../links/session-calls.js";
import type { DebugEvent, DebugRequest, DebugResponse } from "../protocol/debug-messages.js";
import { HeldSession } from "./held-session.js";
import { memoryArgv, memoryLimit } from "./memory-limit.js";
import { NativeDump } from "./native-dump.js";
import { reasonOf } from "./session-end.js";
import type { ToldOutput } from "./session-output.js";

/** Who hears of what a session does. */
export interface SessionListener {
  output(output: ToldOutput): void;
  /** What the session or a child of it wrote to its fd 1 or 2. */
  print(name: "stdout" | "stderr", text: string): void;
  /** Undefined where nobody debugs. */
  readonly debugging?: DebugListener;
  /** The session's process is gone; `reason` goes on from "The session". */
  ended(reason: string): void;
}

/** What the session's debugger says, and has done for it. */
export interface DebugListener {
  event(event: DebugEvent): void;
  /** Code without its types. */
  strip(code: string): Promise<string>;
  /** A name of the notebook has a value that no cell declared. @param type as TypeScript writes it. */
  declare(name: string, type: string): void;
}

const MAIN = fileURLToPath(new URL("../session/main.js", import.meta.url));
/** More than both pipes hold: a child that writes without end holds nobody up. */
const MOST_IN_PIPES = 2 * 1024 * 1024;
/** How long a session may take to end by itself before it is killed. */
const TERMINATE_MS = 500;

/** The process that runs user code, for one life of it. */
export class SessionProcess {
  /** Calls the session's main thread, which a cell may block. */
  readonly ask: Caller<SessionCalls>;
  /** Resolves when the session can run cells; never when it died before. */
  readonly ready: Promise<void>;
  /** Resolves with what happened, to follow "The session". */
  readonly ended: Promise<string>;
  private readonly child: ChildProcess;
  private bytesCaptured = 0;
  private heapLimit = 0;
  private readonly held: HeldSession;
  private endReason: string | undefined;
  /** Debugger's requests that wait for their answer. */
  private readonly debugging = new Map<number, (response: DebugResponse) => void>();
  private lastDebug = 0;

  constructor(
    setup: SessionSetup,
    listener: SessionListener,
    answers: Answers<KernelCalls>,
    serveStore: (port: Port) => void,
  ) {
    this.child = fork(MAIN, [], {
      cwd: setup.folder,
      env: { ...process.env, [SESSION_ENV.setup]: JSON.stringify(setup) },
      execArgv: [...SESSION_EXEC_ARGV, ...memoryArgv(memoryLimit(process.env))],
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", "ipc", "pipe"],
      detached: true, // a process group of its own: its children end with it, and a terminal's ^C is the kernel's to give
    });
    const port = processPort(this.child);
    this.ask = connect<SessionCalls>(channel(port, "session"));
    serve<KernelCalls>(channel(port, "kernel"), answers);
    serveStore(channel(port, "store"));
    this.ready = new Promise((resolve) => {
      channel(port, "output").onMessage((message) => {
        const output = message as SessionOutput;
        if (output.kind === "ready") {
          this.heapLimit = output.heapLimit;
          resolve();
        } else listener.output(output);
      });
    });
    const dump = new NativeDump((text) => listener.print("stderr", text));
    this.capture(this.child.stdout!, (text) => listener.print("stdout", text));
    this.capture(this.child.stderr!, (text) => dump.take(text));
    this.ended = new Promise((resolve) => {
      this.child.once("error", (error) => resolve(`could not start: ${error.message}`));
      this.child.once("exit", async (code, signal) => {
        this.signal("SIGKILL"); // children it left behind
        await this.drained();
        if (signal === null) dump.release();
        const said = dump.keep().trim();
        if (said !== "") process.stderr.write(`The session crashed:\n${said}\n`);
        resolve(this.endReason ?? reasonOf(code, signal, said, this.heapLimit));
      });
    });
    port.onClose(() => setTimeout(() => this.signal("SIGKILL"), TERMINATE_MS).unref());
    void this.ended.then((reason) => listener.ended(reason));
    this.control().on("error", () => {}); // the session is gone: `ended` tells
    this.held = new HeldSession({
      pid: this.child.pid,
      tell: (text) => listener.print("stderr", text),
      end: (reason) => {
        this.endReason = reason;
        this.signal("SIGKILL");
      },
    });
    createInterface({ input: this.control() })
      .on("line", (line) => this.heard(JSON.parse(line) as FromControl, listener))
      .on("error", () => {}); // the session is gone: `ended` tells
    void this.ended.then(() => this.held.answered());
  }

  private heard(message: FromControl, listener: SessionListener): void {
    // An event waits for a turn: in it, the answers that came before it are on their way, each with its idle.
    if ("event" in message) setImmediate(() => listener.debugging?.event(message.event));
    else if ("interrupted" in message) this.held.answered();
    else if ("declare" in message) listener.debugging?.declare(message.declare, message.type);
    else if ("strip" in message) void this.strip(message.strip, message.code, listener.debugging);
    else {
      this.debugging.get(message.debug)?.(message.response);
      this.debugging.delete(message.debug);
    }
  }

  /**
   * Tells the session's control thread, which no cell blocks, to interrupt what runs.
   * @param again says what was said before, and not by the person.
   */
  interrupt(id: number, again: boolean): void {
    if (!again) this.held.interrupted();
    this.tellControl({ interrupt: id });
  }

  /** Asks the debugger in the session's control thread. Never answered when the session ends before. */
  debug(request: DebugRequest): Promise<DebugResponse> {
    const id = ++this.lastDebug;
    return new Promise((resolve) => {
      this.debugging.set(id, resolve);
      this.tellControl({ debug: id, request });
    });
  }

  /** Resolves when all that was written to fd 1 and 2 until now has been handed on. */
  async drained(): Promise<void> {
    const start = this.bytesCaptured;
    for (let before = -1; before !== this.bytesCaptured && before < start + MOST_IN_PIPES; ) {
      before = this.bytesCaptured;
      // Two turns: what lies in the pipe is read in the poll phase between them.
      for (const _ of [1, 2]) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** False once the process is gone or has cut the link. */
  get connected(): boolean {
    return this.child.connected;
  }

  /** Ends the session and its children: terminate, then kill. */
  async stop(): Promise<void> {
    this.signal("SIGTERM");
    const patience = setTimeout(() => this.signal("SIGKILL"), TERMINATE_MS);
    await this.ended;
    clearTimeout(patience);
  }

  private capture(stream: Readable, print: (text: string) => void): void {
    stream.setEncoding("utf8"); // keeps a character whole that two reads share
    stream.on("data", (text: string) => {
      this.bytesCaptured += text.length;
      print(text);
    });
  }

  /** Of what cannot be stripped, whoever parses it says what is wrong. */
  private async strip(id: number, code: string, listener: DebugListener | undefined): Promise<void> {
    const js = await listener?.strip(code).catch(() => code);
    this.tellControl({ stripped: id, js: js ?? code });
  }

  private tellControl(message: ToControl): void {
    this.control().write(`${JSON.stringify(message)}\n`);
  }

  private control(): Duplex {
    return this.child.stdio[CONTROL_FD] as Duplex;
  }

  private signal(signal: NodeJS.Signals): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      // ESRCH: the whole group is gone already
    }
  }
}
