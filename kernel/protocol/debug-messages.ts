import type { JsonObject } from "./messages.js";

/**
 * Shapes of the Debug Adapter Protocol, as far as Jupyter's `debug_request`, `debug_reply` and `debug_event` carry it.
 * https://microsoft.github.io/debug-adapter-protocol/specification and
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html#debug-request
 */
export interface DebugRequest {
  readonly type: "request";
  readonly seq: number;
  readonly command: string;
  readonly arguments: JsonObject;
}
export interface DebugResponse {
  readonly type: "response";
  readonly seq: number;
  readonly request_seq: number;
  readonly command: string;
  readonly success: boolean;
  /** Why there is no success. */
  readonly message?: string;
  readonly body: JsonObject;
}
export interface DebugEvent {
  readonly type: "event";
  readonly seq: number;
  readonly event: string;
  readonly body: JsonObject;
}

/** Where code comes from: a cell by its path (`cellPath`), or a file. */
export type Source = { readonly name: string; readonly path: string };
/** Lines and columns count from 1. */
export type StackFrame = {
  readonly id: number;
  readonly name: string;
  readonly source: Source;
  readonly line: number;
  readonly column: number;
};
export type Scope = {
  readonly name: string;
  readonly presentationHint?: string;
  readonly variablesReference: number;
  readonly expensive: boolean;
};
export type Variable = {
  readonly name: string;
  readonly value: string;
  readonly type?: string;
  /** An expression that gives the value again. */
  readonly evaluateName?: string;
  /** For the `variables` request; 0 where there is nothing to expand. */
  readonly variablesReference: number;
  readonly namedVariables?: number;
  readonly indexedVariables?: number;
};
export type Breakpoint = {
  readonly id: number;
  /** False until code of that place has been loaded. */
  readonly verified: boolean;
  readonly line: number;
  readonly column?: number;
  readonly message?: string;
  readonly source: Source;
};

/** The only thread that is debugged: the one that runs the cells. */
export const THREAD_ID = 1;

/** An answer to a request. */
export const debugResponse = (request: DebugRequest, body: JsonObject): DebugResponse => ({
  type: "response",
  seq: 0,
  request_seq: request.seq,
  command: request.command,
  success: true,
  body,
});

/** The answer to a request that cannot be met. */
export const debugFailure = (request: DebugRequest, message: string): DebugResponse => ({
  ...debugResponse(request, {}),
  success: false,
  message,
});

/** Something to tell that nobody asked for. */
export const debugEvent = (event: string, body: JsonObject): DebugEvent => ({ type: "event", seq: 0, event, body });
