import { register } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { folderImporter, type ImportInFolder } from "./folder-importer.js";
import { LoadedFiles } from "./loaded-files.js";

/** Query of a local module's URL; a new number makes Node load the file, and what it imports, again. */
export const GENERATION = "cellar";

/** `data` for the hooks that load local modules. */
export interface LocalModulesSetup {
  readonly port: MessagePort;
  readonly libraryUrl: string;
}

/** The notebook's own modules: TypeScript too, found as the compiler finds them, loaded again when they have changed. */
export class LocalModules {
  private generation = 0;
  private heard: MessagePort | undefined;
  private importNow: ImportInFolder | undefined;
  private readonly loaded = new LoadedFiles();

  constructor(
    private readonly folder: string,
    private readonly libraryUrl: string,
  ) {}

  /** Imports as a module of the folder would. What changed since it was loaded, or imports what changed, is loaded anew. */
  readonly load: ImportInFolder = (specifier, options) => {
    this.listen();
    if (this.loaded.takeChanged().length > 0) {
      this.generation += 1;
      this.importNow = undefined;
    }
    const place = `${pathToFileURL(join(this.folder, "[cell].js")).href}?${GENERATION}=${this.generation}`;
    this.importNow ??= folderImporter(place);
    return this.importNow(specifier, options);
  };

  /** Hears which files were loaded since; begins with the first one, since the hooks cost every import a little. */
  private listen(): void {
    if (!this.heard) {
      const { port1, port2 } = new MessageChannel();
      port1.unref();
      this.heard = port1;
      process.setSourceMapsEnabled(true); // compiled modules carry their maps; stacks read them
      register<LocalModulesSetup>("./local-module-hooks.js", {
        parentURL: import.meta.url,
        data: { port: port2, libraryUrl: this.libraryUrl },
        transferList: [port2],
      });
    }
    for (let next = receiveMessageOnPort(this.heard); next; next = receiveMessageOnPort(this.heard)) {
      const { path, changed } = next.message as { path: string; changed: number };
      this.loaded.add(path, changed);
    }
  }
}
