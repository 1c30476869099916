/**
 * What crosses between the list of runs in the browser and the kernel process: a comm that the front end
 * opens on HISTORY_COMM_TARGET. Each request is answered once, with its id; between answers the kernel says
 * that the store changed, at most once a second. Types and constants only; the browser imports this file.
 */
import type { FlowRunSummary } from "./records.js";

export const HISTORY_COMM_TARGET = "cellar.history.v1";

/** Asks for runs of the kernel's store, newest first. */
export interface HistoryCommRequest {
  readonly id: number;
  /** Runs of this notebook or script alone, relative to the folder that holds the store. */
  readonly file?: string;
  /** The cursor of the next page: id of the last run of the page before. */
  readonly before?: string;
  /** At most this many, and never more than 200. */
  readonly limit: number;
}

/** What the kernel process sends. */
export type HistoryCommEvent =
  | { readonly kind: "runs"; readonly id: number; readonly runs: readonly FlowRunSummary[] }
  | { readonly kind: "refused"; readonly id: number; readonly error: string }
  | { readonly kind: "changed" };
