import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { bindingOf, type CellRewriting } from "./cell-rewriting.js";

/** What a cell's script declares before the cell's code. */
export interface CellFrame {
  /** Names of earlier cells that the cell uses. */
  readonly earlier: readonly string[];
  /** Names that the script also has as variables of its own (rewrite-references.ts). */
  readonly mirrored: readonly string[];
  /** Declarations that the rest of the script needs. */
  readonly variables: readonly string[];
  /** Statements that come before all others. */
  readonly hoisted: readonly string[];
}

/** Stands behind what the script declares beside the cell's code. */
export const FRAME_END = "/* cell */";

/** The text before a cell's code, all in one line. */
export function cellStart(rewriting: CellRewriting, { earlier, mirrored, variables, hoisted }: CellFrame): string {
  const { cell, load, require, source, module, shared } = rewriting;
  const bindings = [
    ...[...shared].map((name) => `${bindingOf(rewriting, name)} = ${cell}.own(${JSON.stringify(name)})`),
    ...earlier.map((name) => `${bindingOf(rewriting, name)} = ${cell}.earlier(${JSON.stringify(name)})`),
  ];
  const parts = [`(async (${cell}, ${load}, ${require}, ${source}) => { "use strict";`];
  if (bindings.length > 0) parts.push(`const ${bindings.join(", ")};`);
  if (mirrored.length > 0) parts.push(`let ${mirrored.join(", ")};`);
  if (module.names.size > 0 && module.js.includes("import.meta")) parts.push(importMeta(rewriting));
  return `${[...parts, ...variables, FRAME_END, ...hoisted].join(" ")} `;
}

/** The text after a cell's code. */
export const CELL_END = "\n})";

function importMeta({ filename, meta, load }: CellRewriting): string {
  const url = JSON.stringify(pathToFileURL(filename).href);
  return [
    `const ${meta} = { url: ${url}, filename: ${JSON.stringify(filename)},`,
    `dirname: ${JSON.stringify(dirname(filename))}, resolve: ${load}.resolve };`,
  ].join(" ");
}
