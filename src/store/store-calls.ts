import type { ErrorRecord } from "../contracts/records.js";
import type { ErrorClasses } from "../links/error-record.js";
import { CorruptResultError, RunOwnedError } from "./store.js";
import type { StoreMethod } from "./store-methods.js";

/** Everything that crosses to the process that owns a store: one entry per method of `Store`, by `STORE_METHODS`. */
export type StoreCalls = {
  /** The arguments and the packed answer; of a batched method the JSON text of many and of a `BatchAnswer` each. */
  [M in StoreMethod]: { ask: readonly unknown[] | string; answer: unknown };
} & {
  /** Finishes what was asked before; the store itself stays with its owner. */
  drain: { ask: null; answer: null };
};

/** What one of many asks in a message came to. */
export type BatchAnswer = { readonly answer?: unknown } | { readonly error: ErrorRecord };

/** What the parent of the store process asks it (channel "host"); StoreCalls go over channel "store". */
export type HostCalls = {
  /** Opens the store file; asked once, before any of StoreCalls. */
  open: { ask: { path: string }; answer: null };
  /** Finishes all writes and closes the file. */
  close: { ask: null; answer: null };
};

/** Errors that callers of a store catch by class, on whichever side they are. */
export const STORE_ERRORS: ErrorClasses = { CorruptResultError, RunOwnedError, RangeError, TypeError };
