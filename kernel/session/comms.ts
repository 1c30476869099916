import { randomUUID } from "node:crypto";
import type { Answers } from "../../src/links/calls.js";
import type { SessionCalls } from "../links/session-calls.js";
import type { Header, JsonObject } from "../protocol/messages.js";
import { parentOfOutput } from "./cell-context.js";
import type { Outlet } from "./outlet.js";

/** What came in on a comm. */
export interface CommMessage {
  readonly data: JsonObject;
  readonly buffers: readonly Uint8Array[];
}
type Listener = (message: CommMessage) => void;

/** A two-way line to something in the front end. */
export class Comm {
  private readonly onMessageListeners: Listener[] = [];
  private readonly onCloseListeners: Listener[] = [];

  constructor(
    readonly id: string,
    readonly target: string,
    private readonly outlet: Outlet,
    private readonly forget: () => void,
  ) {}

  send(data: JsonObject, buffers: readonly Uint8Array[] = [], metadata: JsonObject = {}): void {
    this.post("comm_msg", data, buffers, metadata);
  }
  close(data: JsonObject = {}): void {
    this.forget();
    this.post("comm_close", data, [], {});
  }
  onMessage(listener: Listener): void {
    this.onMessageListeners.push(listener);
  }
  onClose(listener: Listener): void {
    this.onCloseListeners.push(listener);
  }

  /** Called for what comes in. */
  receive(kind: "message" | "close", message: CommMessage): void {
    for (const listener of kind === "message" ? this.onMessageListeners : this.onCloseListeners) listener(message);
  }

  /** Called once, by `Comms.open`. */
  begin(data: JsonObject, buffers: readonly Uint8Array[], metadata: JsonObject): void {
    this.post("comm_open", data, buffers, metadata);
  }

  private post(
    type: "comm_open" | "comm_msg" | "comm_close",
    data: JsonObject,
    buffers: readonly Uint8Array[],
    metadata: JsonObject,
  ): void {
    const content: JsonObject = {
      comm_id: this.id,
      data: { ...data },
      ...(type === "comm_open" && { target_name: this.target }),
    };
    this.outlet.post({ kind: "comm", parent: parentOfOutput(), type, content, metadata, buffers: [...buffers] });
  }
}

/** Called when the front end opens a comm. */
export type CommTarget = (comm: Comm, message: CommMessage) => void;

/** The comms of this session, and who takes those that the front end opens. */
export class Comms {
  private readonly openComms = new Map<string, Comm>();
  private readonly targets = new Map<string, CommTarget>();

  /** @param inContext runs a listener as part of the cell that the message answers to. */
  constructor(
    private readonly outlet: Outlet,
    private readonly inContext: (parent: Header, body: () => void) => void,
  ) {}

  /**
   * Opens a comm to a target in the front end.
   * @param metadata of the message: widgets want their protocol's version there.
   */
  readonly open = (
    target: string,
    data: JsonObject = {},
    buffers: readonly Uint8Array[] = [],
    metadata: JsonObject = {},
  ): Comm => {
    const comm = this.add(randomUUID(), target);
    comm.begin(data, buffers, metadata);
    return comm;
  };

  /** Takes the comms that the front end opens on a target. Gives the way to stop. */
  readonly register = (target: string, take: CommTarget): (() => void) => {
    this.targets.set(target, take);
    return () => void this.targets.delete(target);
  };

  /** The part of the session's answers that concerns comms. */
  readonly answers: Pick<Answers<SessionCalls>, "commOpen" | "commMsg" | "commClose"> = {
    commOpen: ({ commId, target, data, parent, buffers }) => {
      const take = this.targets.get(target);
      const comm = this.add(commId, target);
      // The protocol's answer to an unknown target is to close.
      if (take) this.inContext(parent, () => take(comm, { data, buffers }));
      else comm.close();
      return null;
    },
    commMsg: ({ commId, data, parent, buffers }) => {
      const comm = this.openComms.get(commId);
      if (comm) this.inContext(parent, () => comm.receive("message", { data, buffers }));
      return null;
    },
    commClose: ({ commId, data, parent }) => {
      const comm = this.openComms.get(commId);
      this.openComms.delete(commId);
      if (comm) this.inContext(parent, () => comm.receive("close", { data, buffers: [] }));
      return null;
    },
  };

  private add(id: string, target: string): Comm {
    const comm = new Comm(id, target, this.outlet, () => this.openComms.delete(id));
    this.openComms.set(id, comm);
    return comm;
  }
}
