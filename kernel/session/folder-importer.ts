import { constants, Script } from "node:vm";

import type { Namespace } from "../../src/modules/whole-namespace.js";

/** Second argument of `import()`. */
export type ImportOptions = { readonly with?: { readonly [key: string]: string } };
export type ImportInFolder = (specifier: string, options?: ImportOptions) => Promise<Namespace>;

/** An `import()` that stands in a file of that URL: Node looks up what it imports from there. */
export const folderImporter = (url: string): ImportInFolder =>
  new Script("(specifier, options) => import(specifier, options)", {
    filename: url,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext() as ImportInFolder;
