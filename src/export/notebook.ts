import { z } from "zod";
import type { Json } from "../contracts/json.js";
import { notebookMisfit } from "./notebook-misfit.js";

/** A cell as the exports see it: its outputs stay behind. */
export interface Cell {
  readonly kind: "code" | "markdown" | "raw";
  readonly id: string;
  readonly source: string;
  readonly metadata: { readonly [key: string]: Json };
  /** Images inside a Markdown cell. */
  readonly attachments?: { readonly [name: string]: Json };
  /** Count of its last execution; null when it was not executed. */
  readonly executed: number | null;
}

export interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: { readonly [key: string]: Json };
}

const jsonObject = z.record(z.string(), z.json());
const cellSchema = z.looseObject({
  cell_type: z.enum(["code", "markdown", "raw"]),
  id: z.string().optional(),
  source: z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(""))]).default(""),
  metadata: jsonObject.default({}),
  attachments: jsonObject.optional(),
  execution_count: z.int().nullish(),
});
const notebookSchema = z.looseObject({
  nbformat: z.literal(4),
  metadata: jsonObject.default({}),
  cells: z.array(cellSchema),
});

/**
 * Reads nbformat 4.
 * @param name how errors name the notebook.
 * @throws {SyntaxError} saying in one line what is wrong, with the path that does not fit.
 */
export function readNotebook(json: unknown, name = "the notebook"): Notebook {
  const refuse = (why: string, cause?: unknown): never => {
    throw new SyntaxError(`Cannot read ${name}: ${why}`, { cause });
  };
  const misfit = notebookMisfit(json);
  if (misfit !== undefined) refuse(misfit);
  const { success, data, error } = notebookSchema.safeParse(json);
  if (!success) {
    const [issue] = error.issues;
    const where = issue!.path.length > 0 ? ` at ${issue!.path.join(".")}` : "";
    return refuse(`${issue!.message}${where}`, error);
  }
  const ids = uniqueIds(data.cells.map(({ id }) => id));
  return {
    metadata: data.metadata,
    cells: data.cells.map((cell, index) => ({
      kind: cell.cell_type,
      id: ids[index]!,
      source: cell.source,
      metadata: cell.metadata,
      ...(cell.attachments && { attachments: cell.attachments }),
      executed: cell.execution_count ?? null,
    })),
  };
}

/** Cells of nbformat 4.4 and older have no ids, and copied ones may share one: each place gets its own. */
function uniqueIds(given: readonly (string | undefined)[]): string[] {
  const taken = new Set(given);
  const seen = new Set<string>();
  return given.map((id, index) => {
    let own = id ?? "";
    if (own === "" || seen.has(own)) {
      own = `cell-${index + 1}`;
      for (let more = 2; taken.has(own) || seen.has(own); more++) own = `cell-${index + 1}-${more}`;
    }
    seen.add(own);
    return own;
  });
}

/** Writes nbformat 4.5, without outputs. */
export function writeNotebook({ cells, metadata }: Notebook): string {
  const json = {
    cells: cells.map((cell) => ({
      cell_type: cell.kind,
      id: cell.id,
      metadata: cell.metadata,
      ...(cell.attachments && { attachments: cell.attachments }),
      source: cell.source === "" ? [] : cell.source.split(/(?<=\n)/),
      ...(cell.kind === "code" && { execution_count: cell.executed, outputs: [] }),
    })),
    metadata,
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(json, null, 1)}\n`;
}

/** The tags of a cell, such as "parameters". */
export const tagsOf = ({ metadata }: Cell): readonly Json[] => (Array.isArray(metadata.tags) ? metadata.tags : []);
