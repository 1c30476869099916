/**
 * What crosses when a notebook is exported as a flow script: the front end opens a comm on
 * EXPORT_COMM_TARGET with ExportCommOpen, the kernel process sends one ExportCommAnswer as comm_msg
 * data and closes. Types and constants only; the browser imports this file.
 */
import type { Json } from "./json.js";

export const EXPORT_COMM_TARGET = "cellar.export.v1";

/** Data of `comm_open`. */
export interface ExportCommOpen {
  /** The notebook as it stands in the editor, saved or not: nbformat 4 JSON. */
  readonly notebook: Json;
}

export type ExportCommAnswer =
  | {
      readonly ok: true;
      /** The flow script, TypeScript. */
      readonly script: string;
      /** What was dropped or chosen on the way, one sentence each. */
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly error: string };
