import { readFileSync } from "node:fs";
import { createRequire, Module } from "node:module";
import { compileFile, isCompiled } from "../../src/modules/compile-file.js";
import { isInstalled } from "../../src/modules/find-file.js";
import { findModule } from "../../src/modules/find-module.js";
import { isOurs } from "../links/own-files.js";
import { importError } from "./import-error.js";
import { LoadedFiles } from "./loaded-files.js";

const ENDINGS = [".ts", ".tsx", ".cts", ".mts", ".jsx"];

/**
 * `require` as in a file of a folder, for TypeScript files and the aliases of tsconfig.json too. The author's own files
 * are loaded again when one of them has changed.
 * @param place the file that it stands in.
 */
export function localRequire(place: string, folder: string): NodeJS.Require {
  const original = createRequire(place);
  const loaded = new LoadedFiles();
  const find = (specifier: string): string => {
    const file = findModule(specifier, folder);
    if (file !== undefined && isCompiled(file)) compileTypeScript(original);
    return file ?? specifier;
  };
  const require = (specifier: string): unknown => {
    const file = find(specifier);
    for (const path of loaded.takeChanged()) delete original.cache[path];
    try {
      return original(file);
    } catch (error) {
      throw importError(specifier, folder, error);
    } finally {
      for (const path of Object.keys(original.cache))
        if (!loaded.has(path) && !isInstalled(path) && !isOurs(path)) loaded.add(path);
    }
  };
  const resolve = (specifier: string, options?: { paths?: string[] }) => original.resolve(find(specifier), options);
  return Object.assign(require, original, {
    resolve: Object.assign(resolve, { paths: original.resolve.paths }),
    main: cellModule(place), // `require.main === module` is true in a cell: it is what the person runs
  }) as NodeJS.Require;
}

/** The `module` of cells: what they put on its `exports` is there for later ones. */
function cellModule(place: string): NodeJS.Module {
  const module = new Module(place);
  module.filename = place;
  return module;
}

/** Node's own way to let `require` read more kinds of files; it stays for as long as CommonJS does. */
function compileTypeScript({ extensions }: NodeJS.Require): void {
  for (const ending of ENDINGS)
    extensions[ending] ??= (module, path) => {
      const compiled = module as NodeModule & { _compile(js: string, path: string): void };
      compiled._compile(compileFile(path, readFileSync(path, "utf8"), "CommonJS"), path);
    };
}
