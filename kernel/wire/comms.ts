import type { Caller } from "../../src/links/calls.js";
import type { SessionCalls } from "../links/session-calls.js";
import { objectField, optionalText, textField } from "../protocol/fields.js";
import type { Header, JsonObject } from "../protocol/messages.js";
import type { Answer } from "./dispatch.js";
import type { Extras, Outlet, Request } from "./outlet.js";

/** The kernel process's way to the front end of a comm. */
export interface CommLink {
  send(data: JsonObject): void;
  close(): void;
}
/** What answers a comm in the kernel process. */
export interface CommEnd {
  message(data: JsonObject): void;
  close(): void;
}
/** Begins to answer a comm that a front end opened. */
export type CommTarget = (link: CommLink, data: JsonObject) => CommEnd;

/** The part of the session that comms need. */
export interface CommSession {
  readonly alive: boolean;
  readonly ask: Caller<SessionCalls>;
}

interface OpenComm {
  readonly target: string;
  /** null: the session answers it. */
  readonly end: CommEnd | null;
}

/** All open comms: some targets the kernel process answers itself, also while a cell runs; the session has the rest. */
export class Comms {
  private readonly open = new Map<string, OpenComm>();

  constructor(
    private readonly outlet: Outlet,
    private readonly session: CommSession,
    private readonly targets: { readonly [target: string]: CommTarget },
  ) {}

  /** True for a message that the kernel process answers itself. */
  isOwn({ header, content }: Request): boolean {
    if (header.msg_type === "comm_open") return this.targetOf(String(content.target_name)) !== undefined;
    return (this.open.get(String(content.comm_id))?.end ?? null) !== null;
  }

  async opened(content: JsonObject, request: Request): Promise<Answer> {
    const commId = textField(content, "comm_id");
    const target = textField(content, "target_name");
    const data = objectField(content, "data");
    const answer = this.targetOf(target);
    if (answer) {
      this.open.set(commId, { target, end: answer(this.linkOf(commId, request.header), data) });
      return null;
    }
    if (!this.session.alive) return this.sendClose(commId, request.header);
    this.open.set(commId, { target, end: null });
    const buffers = [...request.buffers];
    await this.session.ask("commOpen", { commId, target, data, parent: request.header, buffers });
    return null;
  }

  async message(content: JsonObject, request: Request): Promise<Answer> {
    const commId = textField(content, "comm_id");
    const comm = this.open.get(commId);
    const data = objectField(content, "data");
    if (comm?.end) comm.end.message(data);
    else if (comm)
      await this.session.ask("commMsg", { commId, data, parent: request.header, buffers: [...request.buffers] });
    return null;
  }

  async closed(content: JsonObject, request: Request): Promise<Answer> {
    const commId = textField(content, "comm_id");
    const comm = this.open.get(commId);
    this.open.delete(commId);
    if (comm?.end) comm.end.close();
    else if (comm)
      await this.session.ask("commClose", { commId, data: objectField(content, "data"), parent: request.header });
    return null;
  }

  info(content: JsonObject): Answer {
    const wanted = optionalText(content, "target_name");
    const listed = [...this.open].filter(([, { target }]) => wanted === undefined || target === wanted);
    return {
      status: "ok",
      comms: Object.fromEntries(listed.map(([commId, { target }]) => [commId, { target_name: target }])),
    };
  }

  /** Hands on what the session says about a comm. */
  fromSession(type: string, content: JsonObject, parent: Header | null, extras: Extras): void {
    const commId = String(content.comm_id);
    if (type === "comm_open") this.open.set(commId, { target: String(content.target_name), end: null });
    if (type === "comm_close") this.open.delete(commId);
    this.outlet.publish(type, content, parent, extras);
  }

  /** The session's process is gone, and its ends of comms with it. */
  sessionEnded(): void {
    for (const [commId, { end }] of this.open) if (end === null) this.sendClose(commId, null);
  }

  /** Stops what the kernel process does for open comms. */
  stop(): void {
    for (const { end } of this.open.values()) end?.close();
    this.open.clear();
  }

  private targetOf(target: string): CommTarget | undefined {
    return Object.hasOwn(this.targets, target) ? this.targets[target] : undefined;
  }

  private linkOf(commId: string, parent: Header): CommLink {
    return {
      send: (data) => this.outlet.publish("comm_msg", { comm_id: commId, data }, parent),
      close: () => void this.sendClose(commId, parent),
    };
  }

  private sendClose(commId: string, parent: Header | null): null {
    this.open.delete(commId);
    this.outlet.publish("comm_close", { comm_id: commId, data: {} }, parent);
    return null;
  }
}
