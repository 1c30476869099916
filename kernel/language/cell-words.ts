import { dirname, relative } from "node:path";
import { isCellFile } from "./cell-program.js";

/** What an earlier cell's name is, where the compiler takes it for an import. */
const KINDS: { readonly [kind: string]: readonly [code: number, what: string] } = {
  const: [2588, "a constant"],
  function: [2630, "a function"],
  class: [2629, "a class"],
  enum: [2628, "an enum"],
  module: [2631, "a namespace"],
};
const ASSIGNED_IMPORT = 2632;

/** A diagnostic of an assignment to an earlier cell's name, as the compiler would put it in that cell. */
export function ofEarlierName(
  code: number,
  message: string,
  kindOf: (name: string) => string | undefined,
): readonly [code: number, message: string] {
  const name = code === ASSIGNED_IMPORT ? /^Cannot assign to '(.+?)'/.exec(message)?.[1] : undefined;
  const known = name === undefined ? undefined : KINDS[kindOf(name) ?? ""];
  return known ? [known[0], `Cannot assign to '${name}' because it is ${known[1]}.`] : [code, message];
}

/** The compiler's words with cells and files named as people know them: types that share a name are told apart by them. */
export function inCellWords(text: string, cellPath: string): string {
  return text
    .replaceAll(
      /\bimport\("([^"]+)"(?:, \{ with: \{[^}]*\} \})?\)\.([\w$.]+)/g,
      (_all, from: string, name: string) => `${name} (of ${placeOf(from, cellPath)})`,
    )
    .replaceAll(/"(\/[^"]+)"/g, (all, path: string) =>
      path.startsWith(`${dirname(cellPath)}/`) ? JSON.stringify(placeOf(path, cellPath)) : all,
    );
}

function placeOf(from: string, cellPath: string): string {
  if (isCellFile(from)) return "this cell";
  const folder = dirname(cellPath);
  return from.startsWith(`${folder}/`) ? `./${relative(folder, from)}` : from.replace(/^(cell \[\d+\]).*/, "$1");
}
