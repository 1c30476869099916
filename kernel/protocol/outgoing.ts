import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import type { Header, JsonObject } from "./messages.js";
import type { Message } from "./wire-format.js";

export const PROTOCOL_VERSION = "5.5";

const username = nameOfUser();

/** What a new message is made of. */
export interface Outgoing {
  readonly type: string;
  readonly content: JsonObject;
  readonly parent: Header | null;
  readonly identities: readonly Buffer[];
  readonly metadata?: JsonObject;
  readonly buffers?: readonly Uint8Array[];
}

/**
 * A message of the kernel with a header of its own.
 * @param session the kernel's session id, one for its life.
 */
export function newMessage(outgoing: Outgoing, session: string): Message {
  return {
    identities: outgoing.identities,
    header: {
      msg_id: randomUUID(),
      session,
      username,
      date: new Date().toISOString(),
      msg_type: outgoing.type,
      version: PROTOCOL_VERSION,
    },
    parent: outgoing.parent ?? {},
    metadata: outgoing.metadata ?? {},
    content: outgoing.content,
    buffers: outgoing.buffers ?? [],
  };
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return "cellar"; // a container's user without an entry in passwd
  }
}
