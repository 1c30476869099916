import { createRequire, isBuiltin } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { constants, Script } from "node:vm";
import { importError } from "./import-error.js";
import { LocalModules } from "./local-modules.js";

/** A module as `import()` gives it. */
export type Namespace = { readonly [name: string]: unknown };
/** Second argument of `import()`. */
export type ImportOptions = { readonly with?: { readonly [key: string]: string } };

/** The kernel's own copy of the library, whatever the notebook's folder holds. */
export const LIBRARY_URL = new URL("../../src/index.js", import.meta.url).href;

/** What cells import: everything is looked up from the notebook's folder. */
export class Modules {
  /** CommonJS, as in a file of that folder. */
  readonly require: NodeJS.Require;
  private readonly local: LocalModules;
  private readonly importInFolder: (specifier: string, options?: ImportOptions) => Promise<Namespace>;

  /** @param loadLibrary called for `import "cellar"`. */
  constructor(
    private readonly folder: string,
    private readonly loadLibrary: () => Promise<Namespace>,
  ) {
    const place = join(folder, "[cell].js");
    this.require = createRequire(place);
    this.local = new LocalModules(LIBRARY_URL);
    // Node resolves an import() from the file that holds it: this script stands where the cells do.
    this.importInFolder = new Script("(specifier, options) => import(specifier, options)", {
      filename: pathToFileURL(place).href,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }).runInThisContext() as typeof this.importInFolder;
    quietly(() => this.importInFolder("node:module"));
  }

  /**
   * Imports a module for a cell: a package, a Node module, a file (TypeScript and JSON too; loaded again when it or
   * a file that it imports has changed).
   * @throws {Error} naming the specifier and the way out.
   */
  readonly load = async (specifier: string, options?: ImportOptions): Promise<Namespace> => {
    const name = String(specifier);
    try {
      if (name === "cellar") return await this.loadLibrary();
      if (isBuiltin(name)) return await this.importInFolder(name);
      const file = this.local.find(name, this.folder);
      if (file === undefined) return await this.importInFolder(name, options);
      return await this.importInFolder(this.local.url(file), file.endsWith(".json") ? JSON_OPTIONS : options);
    } catch (error) {
      throw importError(name, this.folder, error);
    }
  };
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

const JSON_OPTIONS: ImportOptions = { with: { type: "json" } };
