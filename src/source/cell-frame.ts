import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { PICK } from "./cell-imports.js";
import type { CellRewriting } from "./cell-rewriting.js";

const UNDO = `Symbol.for("cellar.undo")`;

/**
 * The text before a cell's code, all in one line. The scope object remembers how to put earlier bindings back for as
 * long as the cell runs: an interrupt may end it without `catch`, then the next cell does it.
 */
export function cellStart(rewriting: CellRewriting, names: readonly string[], hoisted: readonly string[]): string {
  const { scope, load, require, source, module } = rewriting;
  const parts = [`(async (${scope}, ${load}, ${require}, ${source}) => { "use strict"; ${scope}[${UNDO}]?.();`];
  if (module.names.size > 0 && module.js.includes("import.meta")) parts.push(importMeta(rewriting));
  if (module.program.body.some((node) => node.type === "ImportDeclaration")) parts.push(PICK);
  if (names.length > 0) {
    parts.push(
      `const $scope = ${scope}, $earlier = ${JSON.stringify(names)}.filter((name) => Object.hasOwn($scope, name)).map((name) => [name, $scope[name]]);`,
      `const $done = () => delete $scope[${UNDO}];`,
      `const $undo = () => { for (const [name, value] of $earlier) $scope[name] = value; $done(); };`,
      `Object.defineProperty($scope, ${UNDO}, { value: $undo, configurable: true }); try {`,
    );
  }
  return `${[...parts, ...hoisted].join(" ")} `;
}

/** The text after a cell's code. */
export const cellEnd = (names: readonly string[]): string =>
  names.length > 0 ? "\n} catch ($error) { $undo(); throw $error; } finally { $done(); }\n})" : "\n})";

function importMeta({ filename, meta, load }: CellRewriting): string {
  const url = JSON.stringify(pathToFileURL(filename).href);
  return [
    `const ${meta} = { url: ${url}, filename: ${JSON.stringify(filename)},`,
    `dirname: ${JSON.stringify(dirname(filename))}, resolve: ${load}.resolve };`,
  ].join(" ");
}
