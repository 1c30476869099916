import type { Header, JsonObject } from "../../kernel/protocol/messages.js";
import { newMessage } from "../../kernel/protocol/outgoing.js";
import { ReplayMemory } from "../../kernel/protocol/replay-memory.js";
import { decode, type Message } from "../../kernel/protocol/wire-format.js";
import { Outlet, type Request } from "../../kernel/wire/outlet.js";
import type { ChannelName } from "../../kernel/wire/sockets.js";

/** An outlet whose messages are kept instead of sent. */
export interface Recorded {
  readonly outlet: Outlet;
  readonly sent: { readonly channel: ChannelName; readonly message: Message }[];
  /** What was sent, in short: "status busy", "stream stdout: text", "execute_reply ok". */
  lines(): string[];
}

const KEY = "key of the tests";

/** An outlet over a recorder. */
export function recordedOutlet(): Recorded {
  const sent: Recorded["sent"] = [];
  const seen = new ReplayMemory();
  const outlet = new Outlet((channel, write) => sent.push({ channel, message: decode(write(), KEY, seen) }), KEY);
  return { outlet, sent, lines: () => sent.map(({ message }) => lineOf(message)) };
}

/** A request as if it had come by `channel`. */
export function requestOf(type: string, content: JsonObject = {}, channel: Request["channel"] = "shell"): Request {
  const identities = [Buffer.from("client")];
  return { ...newMessage({ type, content, parent: null, identities }, "client-session"), channel };
}

export const headerOf = (type = "execute_request"): Header => requestOf(type).header;

function lineOf({ header, content }: Message): string {
  const { msg_type: type } = header;
  if (type === "status") return `status ${content.execution_state}`;
  if (type === "stream") return `stream ${content.name}: ${content.text}`;
  if (type.endsWith("_reply")) return `${type} ${content.status}`;
  return type;
}
