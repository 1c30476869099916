import { isBuiltin } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { findFile } from "./find-file.js";
import { aliasedFile } from "./path-aliases.js";

/** Whether a specifier is a path: relative, absolute, or a file's URL. */
export const isPath = (specifier: string): boolean => /^(\.{1,2}(\/|$)|\/|file:)/.test(specifier);

/**
 * The author's file that a specifier means in a module of `folder`: a path, or an alias of the nearest tsconfig.json.
 * Undefined for packages, Node's own modules, and files that are not there.
 */
export function findModule(specifier: string, folder: string): string | undefined {
  if (isPath(specifier))
    return findFile(specifier.startsWith("file:") ? fileURLToPath(specifier) : resolve(folder, specifier));
  return isBuiltin(specifier) ? undefined : aliasedFile(specifier, folder);
}
