import { writeFile } from "node:fs/promises";

export interface SavedCell {
  readonly source: string;
  readonly outputs?: readonly object[];
}

/** Writes a notebook of code cells for Cellar's kernel. */
export async function writeNotebook(path: string, cells: readonly SavedCell[]): Promise<void> {
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "cellar", display_name: "TypeScript (Cellar)", language: "typescript" } },
    cells: cells.map(({ source, outputs = [] }, index) => ({
      cell_type: "code",
      id: `cell-${index}`,
      execution_count: null,
      metadata: {},
      source,
      outputs,
    })),
  };
  await writeFile(path, JSON.stringify(notebook));
}
