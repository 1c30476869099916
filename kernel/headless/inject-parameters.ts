import type { Json } from "../../src/contracts/json.js";
import { type NotebookCell, textOf } from "./notebook-file.js";

const INJECTED = "injected-parameters";

/**
 * The cells with one behind the `parameters` cell (else in front) that declares the given values; an injected
 * cell of an earlier run is replaced.
 * @throws {RangeError} naming a parameter that the `parameters` cell does not declare.
 */
export function injectParameters(
  cells: readonly NotebookCell[],
  parameters: { readonly [name: string]: Json },
): NotebookCell[] {
  const own = cells.filter((cell) => !hasTag(cell, INJECTED));
  const names = Object.keys(parameters);
  if (names.length === 0) return own;
  const index = own.findIndex((cell) => hasTag(cell, "parameters"));
  if (index >= 0) {
    const source = textOf(own[index]!);
    const unknown = names.find((name) => !declares(source, name));
    if (unknown !== undefined)
      throw new RangeError(
        `Cannot set the parameter ${JSON.stringify(unknown)}: the parameters cell does not declare it`,
      );
  }
  const injected: NotebookCell = {
    cell_type: "code",
    id: INJECTED,
    metadata: { tags: [INJECTED] },
    source: names.map((name) => `const ${name} = ${JSON.stringify(parameters[name])};`).join("\n"),
  };
  return [...own.slice(0, index + 1), injected, ...own.slice(index + 1)];
}

const hasTag = ({ metadata }: NotebookCell, tag: string): boolean =>
  Array.isArray(metadata.tags) && metadata.tags.includes(tag);

const declares = (source: string, name: string): boolean =>
  /^[A-Za-z_$][\w$]*$/.test(name) &&
  new RegExp(`(?:\\b(?:const|let|var)\\s|[,{])\\s*${name.replaceAll("$", "\\$")}\\b`).test(source);
