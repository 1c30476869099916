import type { Json } from "../../src/contracts/json.js";

/** A notebook as its file has it: fields that are not run are kept as they are. */
export interface NotebookFile {
  metadata: { [key: string]: Json };
  cells: NotebookCell[];
  readonly [field: string]: unknown;
}
export interface NotebookCell {
  readonly cell_type: string;
  readonly id?: string;
  source: string | readonly string[];
  metadata: { [key: string]: Json };
  outputs?: unknown;
  execution_count?: number | null;
}

/** The text of a cell. */
export const textOf = ({ source }: NotebookCell): string => (typeof source === "string" ? source : source.join(""));
