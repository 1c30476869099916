import type { Json } from "../../src/contracts/json.js";
import type { DeclaredParameter } from "../../src/export/declared-parameters.js";
import type { Cell } from "../../src/export/notebook.js";
import { parameterSource } from "../../src/export/parameter-source.js";
import { readParameter, requireParameterName } from "../../src/export/parameter-type.js";
import { type NotebookCell, textOf } from "./notebook-file.js";

const INJECTED = "injected-parameters";

/** Cells that run with given parameters, and the values that these were read as. */
export interface InjectedCells {
  readonly cells: NotebookCell[];
  /** What is no JSON stands as its text. */
  readonly values: { readonly [name: string]: Json };
}

/**
 * The cells with one behind the `parameters` cell (else in front) that declares the given values, with the types
 * declared there; an injected cell of an earlier run is replaced.
 * @param texts as they were written on the command line, by name.
 * @throws {RangeError} naming a parameter that the `parameters` cell does not declare, or that is no variable's name.
 * @throws {TypeError} naming one whose text does not fit its type.
 */
export async function injectParameters(
  cells: readonly NotebookCell[],
  texts: { readonly [name: string]: string },
): Promise<InjectedCells> {
  const own = cells.filter((cell) => !hasTag(cell, INJECTED));
  const given = Object.entries(texts);
  if (given.length === 0) return { cells: own, values: {} };
  const declared = await declaredIn(own);
  const values: { [name: string]: Json } = {};
  const lines = given.map(([name, text]) => {
    const parameter = declaredAs(requireParameterName(name), declared);
    const value = readParameter(`the parameter ${JSON.stringify(name)}`, text, parameter?.type ?? ["any"]);
    values[name] = isJson(value) ? value : text;
    return assignment(name, parameterSource(value), parameter);
  });
  const injected: NotebookCell = {
    cell_type: "code",
    id: INJECTED,
    metadata: { tags: [INJECTED] },
    execution_count: null,
    outputs: [],
    source: lines.join("\n"),
  };
  const index = own.findIndex((cell) => hasTag(cell, "parameters"));
  return { cells: [...own.slice(0, index + 1), injected, ...own.slice(index + 1)], values };
}

const hasTag = ({ metadata }: NotebookCell, tag: string): boolean =>
  Array.isArray(metadata.tags) && metadata.tags.includes(tag);

const isJson = (value: unknown): value is Json =>
  value !== undefined && !["bigint", "number"].includes(typeof value) ? true : Number.isFinite(value);

async function declaredIn(cells: readonly NotebookCell[]): Promise<ReadonlyMap<string, DeclaredParameter> | undefined> {
  const { declaredParameters } = await import("../../src/export/declared-parameters.js"); // it brings the compiler along
  return declaredParameters(
    cells.map(
      (cell): Cell => ({
        kind: cell.cell_type as Cell["kind"],
        id: cell.id ?? "",
        source: textOf(cell),
        metadata: cell.metadata,
        executed: null,
      }),
    ),
  );
}

function declaredAs(
  name: string,
  declared: ReadonlyMap<string, DeclaredParameter> | undefined,
): DeclaredParameter | undefined {
  const found = declared?.get(name);
  if (declared && !found)
    throw new RangeError(`Cannot set the parameter ${JSON.stringify(name)}: the parameters cell does not declare it`);
  return found;
}

/** Not const: without a declared type, its literal type would fit no later comparison. */
function assignment(name: string, source: string, parameter: DeclaredParameter | undefined): string {
  const annotation = parameter?.annotation ?? "";
  if (annotation === "") return `let ${name} = ${source};`;
  return `let ${name}: ${annotation} = ${source}${parameter?.needsCast ? ` as ${annotation}` : ""};`;
}
