import { Reply, Request, Router, type Socket, XPublisher } from "zeromq";
import { addressOf, type Connection, type Ports, SOCKET_NAMES, type SocketName } from "../protocol/connection-file.js";

/** Sockets that carry Jupyter messages; the heartbeat only echoes. */
export type ChannelName = Exclude<SocketName, "hb">;
export type FramesListener = (frames: Buffer[]) => void;

/** How long messages may still travel after `close`. */
const LINGER_MS = 1000;
const SUBSCRIBE = 1;

/**
 * The kernel's five sockets: the one owner of each, with one writer queue per socket, because zeromq.js
 * throws EBUSY on a second `send` before the first has ended. Nothing is dropped (high-water mark 0).
 */
export class Sockets {
  private constructor(
    private readonly channels: { readonly [name in ChannelName]: Channel },
    private readonly heartbeat: Reply,
    /** Where the sockets are bound. */
    readonly ports: Ports,
  ) {}

  /** Binds all. @throws {Error} naming the port that could not be bound. */
  static async bind(connection: Connection): Promise<Sockets> {
    const shared = {
      linger: LINGER_MS,
      sendHighWaterMark: 0,
      receiveHighWaterMark: 0,
      ...(connection.curve && {
        curveServer: true,
        curvePublicKey: connection.curve.publicKey,
        curveSecretKey: connection.curve.secretKey,
      }),
    };
    // handover: a client that reconnects with its identity gets the replies, not its dead connection
    const router = () => new Router({ ...shared, handover: true });
    const iopub = new XPublisher(shared);
    iopub.verbosity = "allSubs";
    const sockets = { shell: router(), control: router(), stdin: router(), iopub, hb: new Reply(shared) };
    const bound = await Promise.all(
      SOCKET_NAMES.map(async (name) => [name, await bindOne(sockets[name], connection, name)] as const),
    );
    const { shell, control, stdin, hb } = sockets;
    void echo(hb);
    return new Sockets(
      {
        shell: new Channel(shell),
        control: new Channel(control),
        stdin: new Channel(stdin),
        iopub: new Channel(iopub),
      },
      hb,
      Object.fromEntries(bound) as Ports,
    );
  }

  /** Puts a message into a socket's writer queue. */
  send(channel: ChannelName, write: () => Buffer[]): void {
    this.channels[channel].send(write);
  }

  /** Calls back with every message of a socket, in order. Once per socket. */
  listen(channel: Exclude<ChannelName, "iopub">, listener: FramesListener): void {
    void this.channels[channel].read(listener);
  }

  /** Calls back with the topic of each subscription to iopub. */
  onSubscribe(listener: (topic: Buffer) => void): void {
    void this.channels.iopub.read(([frame]) => {
      if (frame?.[0] === SUBSCRIBE) listener(frame.subarray(1));
    });
  }

  /** Closes all once everything queued is with ZeroMQ: exiting with open sockets may abort the process. */
  async close(): Promise<void> {
    await Promise.all(Object.values(this.channels).map((channel) => channel.close()));
    this.heartbeat.close();
  }
}

/** One socket with its writer queue and its read loop. */
class Channel {
  private readonly queue: (() => Buffer[])[] = [];
  private writing: Promise<void> | undefined;

  constructor(private readonly socket: Router | XPublisher) {}

  send(write: () => Buffer[]): void {
    this.queue.push(write);
    this.writing ??= this.write();
  }

  async read(listener: FramesListener): Promise<void> {
    while (!this.socket.closed) {
      try {
        listener(await this.socket.receive());
      } catch (error) {
        if (this.socket.closed) return; // receive() ends with EAGAIN when the socket closes
        process.stderr.write(`Cannot read a message: ${(error as Error).message}\n`);
      }
    }
  }

  async close(): Promise<void> {
    await this.writing;
    this.socket.close();
  }

  private async write(): Promise<void> {
    await undefined; // the compiler and the session are asked first: they work while this process writes
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      try {
        await this.socket.send(next());
      } catch (error) {
        if (this.socket.closed) break;
        process.stderr.write(`Cannot send a message: ${(error as Error).message}\n`);
      }
    }
    this.writing = undefined;
  }
}

/** Gives the port. */
async function bindOne(socket: Socket, connection: Connection, name: SocketName): Promise<number> {
  try {
    await socket.bind(addressOf(connection, name));
    return connection.ports[name] || Number(/:(\d+)$/.exec(socket.lastEndpoint ?? "")?.[1]);
  } catch (cause) {
    const taken = (cause as NodeJS.ErrnoException).code === "EADDRINUSE";
    const detail = taken ? "the port is taken by another process" : (cause as Error).message;
    throw new Error(`Cannot bind the ${name} socket to ${addressOf(connection, name)}: ${detail}`, { cause });
  }
}

/** Sends one message to a waiting socket and gives its answer. @throws {Error} code EAGAIN when none comes in time. */
export async function askOnce(address: string, frames: Buffer[], patienceMs: number): Promise<Buffer[]> {
  const socket = new Request({ linger: 0, sendTimeout: patienceMs, receiveTimeout: patienceMs });
  try {
    socket.connect(address);
    await socket.send(frames);
    return await socket.receive();
  } finally {
    socket.close();
  }
}

async function echo(heartbeat: Reply): Promise<void> {
  while (!heartbeat.closed) {
    try {
      await heartbeat.send(await heartbeat.receive());
    } catch (error) {
      if (heartbeat.closed) return; // receive() ends with EAGAIN when the socket closes
      process.stderr.write(`Cannot answer the heartbeat: ${(error as Error).message}\n`);
    }
  }
}
