import type { Json } from "../../src/contracts/json.js";
import { type NotebookCell, textOf } from "./notebook-file.js";

const INJECTED = "injected-parameters";

/**
 * The cells with one behind the `parameters` cell (else in front) that declares the given values, with the types
 * declared there; an injected cell of an earlier run is replaced.
 * @throws {RangeError} naming a parameter that the `parameters` cell does not declare.
 */
export async function injectParameters(
  cells: readonly NotebookCell[],
  parameters: { readonly [name: string]: Json },
): Promise<NotebookCell[]> {
  const own = cells.filter((cell) => !hasTag(cell, INJECTED));
  const given = Object.entries(parameters);
  if (given.length === 0) return own;
  const index = own.findIndex((cell) => hasTag(cell, "parameters"));
  const types = index < 0 ? undefined : await declaredTypes(textOf(own[index]!));
  const lines = given.map(([name, value]) => {
    const type = types?.get(name);
    if (types && type === undefined)
      throw new RangeError(`Cannot set the parameter ${JSON.stringify(name)}: the parameters cell does not declare it`);
    // Not const: without a declared type, its literal type would fit no later comparison.
    return `let ${name}${type ? `: ${type}` : ""} = ${JSON.stringify(value)};`;
  });
  const injected: NotebookCell = {
    cell_type: "code",
    id: INJECTED,
    metadata: { tags: [INJECTED] },
    source: lines.join("\n"),
  };
  return [...own.slice(0, index + 1), injected, ...own.slice(index + 1)];
}

const hasTag = ({ metadata }: NotebookCell, tag: string): boolean =>
  Array.isArray(metadata.tags) && metadata.tags.includes(tag);

/** The variables of a cell with their annotated types ("" without one); undefined for a cell that does not parse. */
async function declaredTypes(source: string): Promise<ReadonlyMap<string, string> | undefined> {
  const { readCells } = await import("../../src/export/read-cells.js"); // it brings the compiler along
  const cell = { kind: "code", id: "parameters", source, metadata: {}, executed: null } as const;
  try {
    const { units } = readCells([cell]);
    return new Map(
      units.flatMap(({ binds, kind, variable }) =>
        kind === "value" ? [...binds.keys()].map((name) => [name, variable?.type ?? ""] as const) : [],
      ),
    );
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // the cell itself tells of it when it runs
    throw error;
  }
}
