import type { SessionOutput } from "../links/session-calls.js";
import type { Header, JsonObject } from "../protocol/messages.js";
import type { Comms } from "./comms.js";
import type { Outlet } from "./outlet.js";

/** What a session tells once it is ready. */
export type ToldOutput = Exclude<SessionOutput, { kind: "ready" }>;
/** What of it is part of a cell's outputs. */
export type ShownOutput = Exclude<ToldOutput, { kind: "progress" }>;

type Shows = {
  readonly [K in ShownOutput["kind"]]: (
    output: Extract<ShownOutput, { kind: K }>,
    parent: Header | null,
    outlet: Outlet,
    comms: Comms,
  ) => void;
};

const SHOW: Shows = {
  stream: ({ name, text }, parent, outlet) => outlet.print(name, text, parent),
  logged: ({ text }, parent, outlet) => outlet.print("stdout", text, parent),
  clear: ({ wait }, parent, outlet) => outlet.publish("clear_output", { wait }, parent),
  error: ({ error }, parent, outlet) => outlet.publish("error", { ...error, traceback: [...error.traceback] }, parent),
  comm: ({ type, content, metadata, buffers }, parent, _outlet, comms) =>
    comms.fromSession(type, content, parent, { metadata, buffers }),
  display: ({ type, data, metadata, displayId, count }, parent, outlet) => {
    const transient: JsonObject = displayId === null ? {} : { display_id: displayId };
    const counted: JsonObject = type === "execute_result" ? { execution_count: count ?? 0 } : {};
    outlet.publish(type, { data, metadata, transient, ...counted }, parent);
  },
};

/** Sends on what the session tells, as part of the cell of `parent`. */
export function showOutput(output: ShownOutput, parent: Header | null, outlet: Outlet, comms: Comms): void {
  // The table has the right function for each kind; TypeScript cannot tie the two.
  (SHOW[output.kind] as (...args: [ShownOutput, Header | null, Outlet, Comms]) => void)(output, parent, outlet, comms);
}
