import { constants, Script } from "node:vm";

/** A module as `import()` gives it. */
export type Namespace = { readonly [name: string]: unknown };
/** Second argument of `import()`. */
export type ImportOptions = { readonly with?: { readonly [key: string]: string } };
export type ImportInFolder = (specifier: string, options?: ImportOptions) => Promise<Namespace>;

/** An `import()` that stands in a file of that URL: Node looks up what it imports from there. */
export const folderImporter = (url: string): ImportInFolder =>
  new Script("(specifier, options) => import(specifier, options)", {
    filename: url,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext() as ImportInFolder;
