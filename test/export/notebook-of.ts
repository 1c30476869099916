/** A cell of a test's notebook: code, or what `markdown` and `parameters` make of it. */
export interface TestCell {
  readonly type: "code" | "markdown" | "raw";
  readonly source: string;
  readonly tags?: readonly string[];
  readonly count?: number;
  readonly id?: string;
}

export const markdown = (source: string): TestCell => ({ type: "markdown", source });
export const parameters = (source: string): TestCell => ({ type: "code", source, tags: ["parameters"] });
/** Code that was executed as the count-th cell. */
export const executed = (count: number, source: string): TestCell => ({ type: "code", source, count });

/** A notebook in nbformat 4; its cells are named "c1", "c2" … unless they say otherwise. */
export function notebookOf(...cells: readonly (string | TestCell)[]): object {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "cellar", language: "typescript", display_name: "TypeScript (Cellar)" } },
    cells: cells
      .map((cell): TestCell => (typeof cell === "string" ? { type: "code", source: cell } : cell))
      .map(({ type, source, tags, count, id }, index) => ({
        cell_type: type,
        id: id ?? `c${index + 1}`,
        source: source.split(/(?<=\n)/),
        metadata: tags ? { tags } : {},
        ...(type === "code" && { execution_count: count ?? null, outputs: [] }),
      })),
  };
}
