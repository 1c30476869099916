import { z } from "zod";
import type { Json } from "../contracts/json.js";

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
  source: z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(""))]),
  metadata: jsonObject.default({}),
  attachments: jsonObject.optional(),
  execution_count: z.int().nullish(),
});
const notebookSchema = z.looseObject({
  nbformat: z.literal(4),
  metadata: jsonObject.default({}),
  cells: z.array(cellSchema),
});

/** Deeper than any front end's; a reader that calls itself would end the stack, and zod keep what it was reading. */
const DEEPEST = 500;

/** Reads nbformat 4. @throws {SyntaxError} naming the path that does not fit. */
export function readNotebook(json: unknown): Notebook {
  refuseDeep(json);
  const { success, data, error } = notebookSchema.safeParse(json);
  if (!success) {
    const [issue] = error.issues;
    const where = issue!.path.length > 0 ? ` at ${issue!.path.join(".")}` : "";
    throw new SyntaxError(`Cannot read the notebook: ${issue!.message}${where}`, { cause: error });
  }
  return {
    metadata: data.metadata,
    cells: data.cells.map((cell, index) => ({
      kind: cell.cell_type,
      id: cell.id ?? `cell-${index + 1}`, // nbformat 4.4 and older have none
      source: cell.source,
      metadata: cell.metadata,
      ...(cell.attachments && { attachments: cell.attachments }),
      executed: cell.execution_count ?? null,
    })),
  };
}

function refuseDeep(json: unknown): void {
  let level = [json].filter(isObject);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) throw new SyntaxError(`Cannot read the notebook: it is nested deeper than ${DEEPEST} levels`);
    level = level.flatMap((part) => Object.values(part)).filter(isObject);
  }
}

const isObject = (part: unknown): part is object => typeof part === "object" && part !== null;

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
