import { isBuiltin } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findModule, isPath } from "../../src/modules/find-module.js";
import { isCommonJs } from "../../src/modules/module-format.js";
import { plainSpecifier } from "../../src/modules/npm-specifier.js";
import { type Namespace, wholeNamespace } from "../../src/modules/whole-namespace.js";
import { folderImporter, type ImportInFolder, type ImportOptions } from "./folder-importer.js";
import { importError } from "./import-error.js";
import { LocalModules } from "./local-modules.js";
import { localRequire } from "./local-requires.js";

/** The kernel's own copy of the library, whatever the notebook's folder holds. */
export const LIBRARY_URL = new URL("../../src/index.js", import.meta.url).href;

/** What Node says of a package that is TypeScript: one of the author's own, linked into node_modules. */
const NEEDS_COMPILER = new Set(["ERR_UNKNOWN_FILE_EXTENSION", "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX"]);

/** What cells import: everything is looked up from the notebook's folder. */
export class Modules {
  /** CommonJS, as in a file of that folder. */
  readonly require: NodeJS.Require;
  private readonly local: LocalModules;
  private readonly importPackage: ImportInFolder;
  /** URL of the module that cells are, as far as Node knows. */
  private readonly place: string;

  /** @param loadLibrary called for `import "cellar"`. */
  constructor(
    private readonly folder: string,
    private readonly loadLibrary: () => Promise<Namespace>,
  ) {
    const place = join(folder, "[cell].js");
    this.require = localRequire(place, folder);
    this.local = new LocalModules(folder, LIBRARY_URL);
    this.place = pathToFileURL(place).href;
    this.importPackage = folderImporter(this.place);
    quietly(() => this.importPackage("node:module"));
  }

  /**
   * Imports a module for a cell: a package, a Node module, a file (by its path or an alias of tsconfig.json; TypeScript
   * and JSON too; loaded again when it or a file that it imports has changed). Of a CommonJS module, all that it
   * exports can be taken by name.
   * @throws {Error} naming the specifier and the way out.
   */
  private readonly import: ImportInFolder = async (specifier, options) => {
    const name = plainSpecifier(String(specifier));
    try {
      if (name === "cellar") return await this.loadLibrary();
      if (isBuiltin(name)) return await this.importPackage(name);
      const isLocal = isPath(name) || name.startsWith("#") || findModule(name, this.folder) !== undefined;
      const found = await (isLocal ? this.local.load(name, options) : this.importInstalled(name, options));
      return this.isCommonJs(name) ? wholeNamespace(found) : found;
    } catch (error) {
      throw importError(name, this.folder, error);
    }
  };

  private async importInstalled(name: string, options: ImportOptions | undefined): Promise<Namespace> {
    try {
      return await this.importPackage(name, options);
    } catch (error) {
      if (!NEEDS_COMPILER.has((error as { code?: string }).code ?? "")) throw error;
      return await this.local.load(name, options);
    }
  }

  /**
   * The URL of what `import` would load for a cell; of a path, also where there is no such file.
   * @throws {Error} Node's, for a package that is not there or does not export the path.
   */
  private readonly resolve = (specifier: string): string => {
    if (specifier === "cellar") return LIBRARY_URL;
    const name = plainSpecifier(specifier);
    const file = isBuiltin(name) ? undefined : findModule(name, this.folder);
    return file === undefined ? import.meta.resolve(name, this.place) : pathToFileURL(file).href;
  };

  /** What cells import by, with `resolve` as `import.meta` has it. */
  readonly load: ImportInFolder & { readonly resolve: (specifier: string) => string } = Object.assign(this.import, {
    resolve: this.resolve,
  });

  private isCommonJs(name: string): boolean {
    const url = this.resolve(name);
    return url.startsWith("file:") && isCommonJs(fileURLToPath(url));
  }
}

/**
 * Node warns once that the loader of cells is experimental, in the middle of a person's first import: it warns here
 * instead, where nobody hears. All later warnings are heard.
 */
function quietly(firstImport: () => void): void {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    firstImport(); // warns before it gives its promise
  } finally {
    process.emitWarning = emitWarning;
  }
}
