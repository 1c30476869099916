import type { JsonObject } from "../protocol/messages.js";

/** Fields by type of the request; what a failed request has to say in them. */
const FIELDS: { readonly [type: string]: JsonObject } = {
  execute_request: { user_expressions: {}, payload: [] },
  complete_request: { matches: [], cursor_start: 0, cursor_end: 0, metadata: {} },
  inspect_request: { found: false, data: {}, metadata: {} },
  is_complete_request: { indent: "" },
  history_request: { history: [] },
  comm_info_request: { comms: {} },
  list_subshell_request: { subshell_id: [] },
};

/** `is_complete_reply` has no "error" among its statuses. */
const STATUS: { readonly [type: string]: string } = { is_complete_request: "unknown" };

/**
 * The content of a reply to a request that was not met. It has all the fields of a reply that was: clients in languages
 * with typed messages (Rust, C++) read no reply without them, and end.
 * @param status the protocol's word for it.
 * @param count the newest cell's number.
 */
export function unmetReply(type: string, status: "error" | "aborted", count: number): JsonObject {
  const fields = Object.hasOwn(FIELDS, type) ? FIELDS[type] : {};
  const counted: JsonObject = type === "execute_request" ? { execution_count: count } : {};
  return { status: Object.hasOwn(STATUS, type) ? STATUS[type]! : status, ...counted, ...fields };
}
