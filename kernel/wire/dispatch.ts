import { toErrorRecord } from "../../src/links/error-record.js";
import type { ErrorContent, Header, JsonObject } from "../protocol/messages.js";
import type { Outlet, Request } from "./outlet.js";
import { unmetReply } from "./reply-fields.js";

/** Content of a reply; null where the protocol has none (comms). */
export type Answer = JsonObject | null;
export type Handler = (content: JsonObject, request: Request) => Answer | Promise<Answer>;

/** Every request the kernel knows. A missing handler does not compile. */
export const REQUEST_TYPES = [
  "kernel_info_request",
  "execute_request",
  "complete_request",
  "inspect_request",
  "is_complete_request",
  "history_request",
  "comm_info_request",
  "comm_open",
  "comm_msg",
  "comm_close",
  "interrupt_request",
  "shutdown_request",
  "create_subshell_request",
  "delete_subshell_request",
  "list_subshell_request",
  "debug_request",
] as const;
export type RequestType = (typeof REQUEST_TYPES)[number];
export type HandlerTable = { readonly [type in RequestType]: Handler };

/** What requests are handled with. */
export interface Desk {
  readonly outlet: Outlet;
  /** What is being handled now, oldest first. */
  readonly inProgress: Set<Request>;
  /** The newest cell's number. */
  readonly cells: { readonly count: number };
}

const isCell = ({ header }: Request): boolean => header.msg_type === "execute_request";

/**
 * Answers one request. Busy, one reply, idle: whatever the handler does, or the cell spins for ever.
 * Clients take the newest status for the kernel's, whatever its parent: while another request is still in
 * progress, its busy is said again: that of a cell first. After a debugger's request it names no cell, since JupyterLab
 * lists variables again for whatever is published of a cell, and would ask without end.
 */
export async function dispatch(
  request: Request,
  handlers: HandlerTable,
  { outlet, inProgress, cells }: Desk,
): Promise<void> {
  const { header } = request;
  const started = new Date().toISOString();
  const status = (execution_state: string, parent: Header | null) =>
    outlet.publish("status", { execution_state }, parent);
  status("busy", header);
  inProgress.add(request);
  try {
    const handle = Object.hasOwn(handlers, header.msg_type) ? handlers[header.msg_type as RequestType] : undefined;
    const answer = handle ? await handle(request.content, request) : null;
    if (answer) outlet.reply(request, answer, { started });
  } catch (error) {
    const content = errorContent(error);
    if (header.msg_type.endsWith("_request"))
      outlet.reply(request, { ...unmetReply(header.msg_type, "error", cells.count), ...content }, { started });
    else outlet.print("stderr", `${content.evalue}\n`, header);
  } finally {
    inProgress.delete(request);
    status("idle", header);
    const [oldest] = inProgress;
    const cell = [...inProgress].find(isCell);
    if (cell && header.msg_type === "debug_request") status("busy", null);
    else if (cell ?? oldest) status("busy", (cell ?? oldest)!.header);
  }
}

/** What an error of the kernel's own looks like in a reply: no stack of ours. */
export function errorContent(thrown: unknown): ErrorContent & { readonly traceback: string[] } {
  const { name, message } = toErrorRecord(thrown);
  return { ename: name, evalue: message, traceback: [`${name}: ${message}`] };
}
