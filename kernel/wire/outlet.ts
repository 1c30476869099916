import { randomUUID } from "node:crypto";
import type { Header, JsonObject } from "../protocol/messages.js";
import { newMessage } from "../protocol/outgoing.js";
import { encode, type Message } from "../protocol/wire-format.js";
import type { ChannelName } from "./sockets.js";

/** A request with the socket it came by. */
export interface Request extends Message {
  readonly channel: Exclude<ChannelName, "iopub">;
}

/** What a message carries beside its content. */
export interface Extras {
  readonly metadata?: JsonObject;
  readonly buffers?: readonly Uint8Array[];
}

/** @param write called when the socket takes the message: whatever the kernel does first need not wait for it. */
export type SendFrames = (channel: ChannelName, write: () => Buffer[]) => void;

/** How often buffered console text is sent: JupyterLab's server drops above 1000 messages a second. */
const FLUSH_MS = 50;
/** Pieces kept apart so that stdout and stderr stay in order; above this, order between the two is given up. */
const MOST_PIECES = 20;
/** A longer text is sent at once, so that memory stays small and clients see progress. */
const LONGEST_TEXT = 256 * 1024;

interface Piece {
  readonly name: "stdout" | "stderr";
  readonly texts: string[];
}
interface Console {
  readonly parent: Header | null;
  readonly pieces: Piece[];
  length: number;
}

/**
 * All that leaves the kernel. Console text is gathered per cell and stream; any other message about the same
 * cell sends it first, so that order is kept and a cell's text comes before its idle.
 */
export class Outlet {
  readonly session = randomUUID();
  private readonly consoles = new Map<string, Console>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly send: SendFrames,
    private readonly key: string,
  ) {}

  /** Sends a message to all clients. */
  publish(type: string, content: JsonObject, parent: Header | null, extras: Extras = {}): void {
    this.flush(parent);
    this.sendIopub(`kernel.${this.session}.${type}`, type, content, parent, extras);
  }

  /** Writes console text to a cell. */
  print(name: "stdout" | "stderr", text: string, parent: Header | null): void {
    if (text === "") return;
    const id = parent?.msg_id ?? "";
    const console = this.consoles.get(id) ?? { parent, pieces: [], length: 0 };
    this.consoles.set(id, console);
    const { pieces } = console;
    const piece = pieces.at(-1)?.name === name ? pieces.at(-1) : undefined;
    const late = pieces.length >= MOST_PIECES ? pieces.findLast((each) => each.name === name) : undefined;
    const open = piece ?? late;
    if (open) open.texts.push(text);
    else pieces.push({ name, texts: [text] });
    console.length += text.length;
    if (console.length > LONGEST_TEXT) this.flush(parent);
    else this.timer ??= setTimeout(() => this.flushAll(), FLUSH_MS);
  }

  /** Answers a request on the socket it came by; the type follows from the request's. */
  reply(request: Request, content: JsonObject, metadata: JsonObject = {}): void {
    this.flush(request.header);
    const type = request.header.msg_type.replace(/_request$/, "_reply");
    this.sendTo(request.channel, type, content, request, metadata);
  }

  /** Asks the client of a request for a line of input. Gives the question's id. */
  askInput(request: Request, content: JsonObject): string {
    this.flush(request.header);
    return this.sendTo("stdin", "input_request", content, request, {});
  }

  /** Greets a new subscriber. https://jupyter.org/enhancement-proposals/65-jupyter-xpub/jupyter-xpub.html */
  welcome(topic: Buffer): void {
    this.sendIopub(topic, "iopub_welcome", { subscription: topic.toString() }, null, {});
  }

  /** Sends all gathered console text. */
  flushAll(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const { parent } of [...this.consoles.values()]) this.flush(parent);
  }

  private flush(parent: Header | null): void {
    const id = parent?.msg_id ?? "";
    const console = this.consoles.get(id);
    if (!console) return;
    this.consoles.delete(id);
    for (const { name, texts } of console.pieces)
      this.sendIopub(`stream.${name}`, "stream", { name, text: texts.join("") }, parent, {});
  }

  private sendIopub(
    topic: string | Buffer,
    type: string,
    content: JsonObject,
    parent: Header | null,
    extras: Extras,
  ): void {
    const message = newMessage({ type, content, parent, identities: [Buffer.from(topic)], ...extras }, this.session);
    this.send("iopub", () => encode(message, this.key));
  }

  private sendTo(
    channel: ChannelName,
    type: string,
    content: JsonObject,
    { identities, header }: Request,
    metadata: JsonObject,
  ): string {
    const message = newMessage({ type, content, parent: header, identities, metadata }, this.session);
    this.send(channel, () => encode(message, this.key));
    return message.header.msg_id;
  }
}
