import { register } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { folderImporter, type ImportInFolder } from "./folder-importer.js";

/** Query of a local module's URL: another version is another module to Node. Of a cell's URL, the pass. */
export const VERSION = "cellar";
/** Query of a cell's URL: the passes that failed. */
export const FAILED = "failed";

/** `data` for the hooks that load local modules. */
export interface LocalModulesSetup {
  readonly libraryUrl: string;
}

/** The notebook's own modules: TypeScript too, found as the compiler finds them, loaded again when they have changed. */
export class LocalModules {
  private pass = 0;
  private readonly failed = new Set<number>();
  private isListening = false;

  constructor(
    private readonly folder: string,
    private readonly libraryUrl: string,
  ) {}

  /**
   * Imports as a module of the folder would. What changed since it was loaded, or imports what changed, is loaded
   * anew, and so is what failed to load.
   */
  readonly load: ImportInFolder = async (specifier, options) => {
    this.listen();
    this.pass += 1;
    const pass = this.pass;
    const query = `${VERSION}=${pass}&${FAILED}=${[...this.failed].join(",")}`;
    try {
      return await folderImporter(`${pathToFileURL(join(this.folder, "[cell].js")).href}?${query}`)(specifier, options);
    } catch (error) {
      this.failed.add(pass);
      throw error;
    }
  };

  /** The hooks cost every import a little: they begin with the first local module. */
  private listen(): void {
    if (this.isListening) return;
    this.isListening = true;
    process.setSourceMapsEnabled(true); // compiled modules carry their maps; stacks read them
    register<LocalModulesSetup>("./local-module-hooks.js", {
      parentURL: import.meta.url,
      data: { libraryUrl: this.libraryUrl },
    });
  }
}
