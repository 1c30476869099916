import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { curveKeyPair, Dealer, Request as RequestSocket, Subscriber } from "zeromq";
import {
  addressOf,
  type Connection,
  connectionFile,
  SOCKET_NAMES,
  type SocketName,
} from "../../kernel/protocol/connection-file.js";
import type { JsonObject } from "../../kernel/protocol/messages.js";
import { newMessage } from "../../kernel/protocol/outgoing.js";
import { ReplayMemory } from "../../kernel/protocol/replay-memory.js";
import { decode, encode, type Message } from "../../kernel/protocol/wire-format.js";

const MAIN = fileURLToPath(new URL("../../kernel/main.js", import.meta.url));
/** Generous: a slow machine is no failure, a hang is. */
const PATIENCE_MS = 60_000;

export interface ClientOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Folder of the notebook; a new one by default, removed at the end. */
  readonly folder?: string;
  readonly transport?: "tcp" | "ipc";
  /** Encrypts the connection. */
  readonly curve?: boolean;
  /** The program that is the kernel. @default this build of Cellar's */
  readonly command?: (connectionFile: string) => readonly string[];
  /** Drops what the kernel's own process writes. */
  readonly quiet?: boolean;
}

/** One request on its way. */
export interface Exchange {
  readonly id: string;
  readonly reply: Promise<Message>;
  /** Resolves at the request's own idle with all that was published for it, statuses left out. */
  readonly outputs: Promise<readonly Message[]>;
}

/** A finished execute_request. */
export interface Execution {
  readonly reply: JsonObject;
  readonly outputs: readonly Message[];
  /** All console text of a stream. */
  readonly stdout: string;
  readonly stderr: string;
  /** text/plain of the execute_result; undefined without one. */
  readonly result: string | undefined;
}

type Channel = "shell" | "control" | "stdin";

/** A client of a kernel over real ZeroMQ, and the owner of that kernel's process. */
export class KernelClient {
  readonly session = randomUUID();
  /** All that was published, in order. */
  readonly iopub: Message[] = [];
  private readonly listeners = new Set<(message: Message, channel: Channel | "iopub") => void>();
  private readonly seen = new ReplayMemory();
  readonly exited: Promise<number | string | null>;

  private constructor(
    readonly kernel: ChildProcess,
    readonly connection: Connection,
    readonly folder: string,
    readonly sockets: { shell: Dealer; control: Dealer; stdin: Dealer; iopub: Subscriber; hb: RequestSocket },
    private readonly remove: () => void,
  ) {
    this.exited = new Promise((resolve) => kernel.once("exit", (code, signal) => resolve(code ?? signal)));
    for (const channel of ["shell", "control", "stdin", "iopub"] as const) void this.read(channel);
  }

  /** Starts a kernel and waits for its first kernel_info reply. */
  static async start(options: ClientOptions = {}): Promise<KernelClient> {
    const scratch = mkdtempSync(join(tmpdir(), "cellar-kernel-"));
    const free = await freeConnection(options.transport ?? "tcp", scratch);
    const connection = options.curve ? { ...free, curve: curveKeyPair() } : free;
    const file = join(scratch, "connection.json");
    writeFileSync(file, JSON.stringify(connectionFile(connection)));
    const folder = options.folder ?? scratch;
    const [program, ...args] = options.command?.(file) ?? [process.execPath, MAIN, file];
    const kernel = spawn(program!, args, {
      cwd: folder,
      env: { ...process.env, CELLAR_HISTORY: join(scratch, "history.db"), ...options.env },
      stdio: options.quiet ? "ignore" : ["ignore", "inherit", "inherit"],
    });
    return KernelClient.attach(kernel, connection, folder, () => rmSync(scratch, { recursive: true }));
  }

  /** Connects to a kernel that was started, and waits for its first kernel_info reply. */
  static async attach(
    kernel: ChildProcess,
    connection: Connection,
    folder: string,
    remove: () => void,
  ): Promise<KernelClient> {
    const routingId = randomUUID();
    const { curve } = connection;
    const shared = {
      linger: 0,
      ...(curve && {
        curveServerKey: curve.publicKey,
        curvePublicKey: curve.publicKey,
        curveSecretKey: curve.secretKey,
      }),
    };
    const sockets = {
      shell: new Dealer({ routingId, ...shared }),
      control: new Dealer({ routingId, ...shared }),
      stdin: new Dealer({ routingId, ...shared }),
      iopub: new Subscriber({ ...shared, receiveHighWaterMark: 0 }),
      hb: new RequestSocket(shared),
    };
    for (const name of SOCKET_NAMES) sockets[name].connect(addressOf(connection, name));
    sockets.iopub.subscribe();
    const client = new KernelClient(kernel, connection, folder, sockets, remove);
    let connected = false; // from then on nothing published is missed
    const heard = client
      .next((_, from) => from === "iopub")
      .then(() => {
        connected = true;
      });
    await client.request("kernel_info_request", {}).reply;
    while (!connected) {
      // Cellar says welcome; a kernel that does not must be asked again until its busy and idle come.
      await Promise.race([heard, delay(20)]);
      if (!connected) await client.request("kernel_info_request", {}).reply;
    }
    return client;
  }

  /** Sends a request. */
  request(
    type: string,
    content: JsonObject,
    channel: Channel = "shell",
    metadata: JsonObject = {},
    subshell?: string,
  ): Exchange {
    const message = this.newMessage(type, content, metadata, subshell);
    const id = message.header.msg_id;
    const mine = ({ parent }: Message) => parent.msg_id === id;
    const reply = this.next((each, from) => from === channel && mine(each));
    const isIdle = ({ header, content }: Message) => header.msg_type === "status" && content.execution_state === "idle";
    const outputs = this.next((each, from) => from === "iopub" && mine(each) && isIdle(each)).then(() =>
      this.iopub.filter((each) => mine(each) && each.header.msg_type !== "status"),
    );
    for (const each of [reply, outputs]) each.catch(() => {}); // whoever awaits it hears of it
    this.sendFrames(channel, encode(message, this.connection.key));
    return { id, reply, outputs };
  }

  private newMessage(type: string, content: JsonObject, metadata: JsonObject, subshell: string | undefined): Message {
    const message = newMessage({ type, content, parent: null, identities: [], metadata }, this.session);
    return subshell === undefined ? message : { ...message, header: { ...message.header, subshell_id: subshell } };
  }

  /** Runs a cell to its end. */
  async execute(code: string, content: JsonObject = {}, metadata: JsonObject = {}): Promise<Execution> {
    return this.finish(this.begin(code, content, metadata));
  }

  /** Sends a cell, without waiting. */
  begin(code: string, content: JsonObject = {}, metadata: JsonObject = {}, subshell?: string): Exchange {
    const defaults = {
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    };
    return this.request("execute_request", { code, ...defaults, ...content }, "shell", metadata, subshell);
  }

  /** Waits for a cell's reply and its idle. */
  async finish(exchange: Exchange): Promise<Execution> {
    const [reply, outputs] = await Promise.all([exchange.reply, exchange.outputs]);
    const text = (name: string) =>
      outputs
        .filter(({ header, content }) => header.msg_type === "stream" && content.name === name)
        .map(({ content }) => content.text)
        .join("");
    const result = outputs.find(({ header }) => header.msg_type === "execute_result")?.content.data as
      | { "text/plain"?: string }
      | undefined;
    return {
      reply: reply.content,
      outputs,
      stdout: text("stdout"),
      stderr: text("stderr"),
      result: result?.["text/plain"],
    };
  }

  /** Answers an input_request. */
  answer(request: Message, value: string): void {
    const message = newMessage(
      { type: "input_reply", content: { value, status: "ok" }, parent: request.header, identities: [] },
      this.session,
    );
    this.sendFrames("stdin", encode(message, this.connection.key));
  }

  /** Sends a message that has no reply (comms). */
  tell(type: string, content: JsonObject, buffers: readonly Uint8Array[] = [], subshell?: string): string {
    const message = { ...this.newMessage(type, content, {}, subshell), buffers };
    this.sendFrames("shell", encode(message, this.connection.key));
    return message.header.msg_id;
  }

  /** Sends frames as they are; sends on one socket do not overlap. */
  sendFrames(channel: Channel, frames: Buffer[]): void {
    this.writing[channel] = this.writing[channel].then(() => this.sockets[channel].send(frames));
  }
  private readonly writing: Record<Channel, Promise<void>> = {
    shell: Promise.resolve(),
    control: Promise.resolve(),
    stdin: Promise.resolve(),
  };

  /** Calls back with every message from now on. */
  watch(listener: (message: Message) => void): void {
    this.listeners.add(listener);
  }

  /** The next message that fits. Rejects when none comes or the kernel exits. */
  next(fits: (message: Message, channel: Channel | "iopub") => boolean): Promise<Message> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.listeners.delete(listener);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error("No such message came"));
      }, PATIENCE_MS);
      timer.unref();
      const listener = (message: Message, channel: Channel | "iopub") => {
        if (!fits(message, channel)) return;
        end();
        resolve(message);
      };
      this.listeners.add(listener);
    });
  }

  /** Ends the kernel as Jupyter does, or by force when it does not end. */
  async close(): Promise<void> {
    if (this.kernel.exitCode === null && this.kernel.signalCode === null) {
      this.request("shutdown_request", { restart: false }, "control");
      const patience = setTimeout(() => this.kernel.kill("SIGKILL"), 10_000);
      await this.exited;
      clearTimeout(patience);
    }
    for (const name of SOCKET_NAMES) this.sockets[name].close();
    this.remove();
  }

  private async read(channel: Channel | "iopub"): Promise<void> {
    const socket = this.sockets[channel];
    for await (const frames of socket) {
      const message = decode(frames, this.connection.key, this.seen);
      if (channel === "iopub") this.iopub.push(message);
      for (const listener of [...this.listeners]) listener(message, channel);
    }
  }
}

/** A connection on ports that were free just now. */
export async function freeConnection(transport: "tcp" | "ipc", folder: string): Promise<Connection> {
  const free = await freePorts(SOCKET_NAMES.length);
  const ports = Object.fromEntries(SOCKET_NAMES.map((name, at) => [name, free[at]!])) as Record<SocketName, number>;
  const ip = transport === "tcp" ? "127.0.0.1" : join(folder, "k");
  return { transport, ip, ports, key: randomUUID(), curve: null, registrationPort: null };
}

/** Ports of loopback that were free just now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  return Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.once("listening", () => {
            const { port } = server.address() as { port: number };
            server.close(() => resolve(port));
          });
        }),
    ),
  );
}
