import type { Json } from "../../src/contracts/json.js";

/** Shapes of the Jupyter messaging protocol 5.5 that leave the kernel process or reach its threads. */
export type JsonObject = { readonly [key: string]: Json };
export type MimeBundle = { readonly [mime: string]: Json };

/** https://jupyter-client.readthedocs.io/en/stable/messaging.html#message-header */
export interface Header {
  readonly msg_id: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly msg_type: string;
  readonly version: string;
  readonly subshell_id?: string | null;
}

/** Content of an `error` message; spread into an error reply. */
export interface ErrorContent {
  readonly ename: string;
  readonly evalue: string;
  /** Lines with ANSI colours. */
  readonly traceback: readonly string[];
}
