import type { Json } from "../../src/contracts/json.js";
import type { NotebookText } from "../../src/export/read-notebook-file.js";

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

/** A notebook as format 4.5 has it, whatever 4.x its file is in: every cell has an id, code cells have no outputs yet. */
export function raisedNotebook({ json, notebook: { cells, metadata } }: NotebookText): NotebookFile {
  const given = json as NotebookFile & { readonly nbformat_minor?: number };
  return {
    ...given,
    metadata: { ...metadata },
    cells: given.cells.map((cell, index) => ({
      ...cell,
      id: cells[index]!.id,
      metadata: { ...cells[index]!.metadata },
      source: cell.source ?? "",
      ...(cell.cell_type === "code" && { outputs: [], execution_count: null }),
    })),
    nbformat: 4,
    nbformat_minor: Math.max(5, given.nbformat_minor ?? 0),
  };
}

/** The text of a cell. */
export const textOf = ({ source }: NotebookCell): string => (typeof source === "string" ? source : source.join(""));
