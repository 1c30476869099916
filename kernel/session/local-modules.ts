import { existsSync, statSync } from "node:fs";
import { register } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";

/** Query of a local module's URL; a new number makes Node load the file, and what it imports, again. */
export const GENERATION = "cellar";

/** `data` for the hooks that load local modules. */
export interface LocalModulesSetup {
  readonly port: import("node:worker_threads").MessagePort;
  readonly libraryUrl: string;
}

/** Endings tried for a path without one, and for a ".js" that stands for a TypeScript file. */
const ENDINGS = [".ts", ".tsx", ".mts", ".js", ".mjs", ".cjs", ".jsx", ".json", "/index.ts", "/index.tsx", "/index.js"];
const SOURCES: { readonly [ending: string]: readonly string[] } = {
  ".js": [".ts", ".tsx"],
  ".jsx": [".tsx"],
  ".mjs": [".mts"],
};

/** Modules by path: the notebook's own files, which change while the session runs. */
export class LocalModules {
  private generation = 0;
  private heard: import("node:worker_threads").MessagePort | undefined;
  /** Loaded files → time of their last change when they were loaded. */
  private readonly loaded = new Map<string, number>();

  constructor(private readonly libraryUrl: string) {}

  /** The file that a path or file URL means from `folder`; undefined for packages and unknown files. */
  find(specifier: string, folder: string): string | undefined {
    const isPath = /^(\.{1,2}(\/|$)|\/)/.test(specifier);
    if (!isPath && !specifier.startsWith("file:")) return undefined;
    return findFile(isPath ? resolve(folder, specifier) : fileURLToPath(specifier));
  }

  /** The URL under which a file is loaded now. */
  url(file: string): string {
    this.listen();
    if ([...this.loaded].some(([path, changed]) => changedAt(path) !== changed)) {
      this.generation += 1;
      this.loaded.clear();
    }
    return `${pathToFileURL(file).href}?${GENERATION}=${this.generation}`;
  }

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
      this.loaded.set(path, changed);
    }
  }
}

/** A file by its path, or by the ending that its importer left out or wrote as the compiled file's. */
export function findFile(path: string): string | undefined {
  if (isFile(path)) return path;
  const ending = /\.[cm]?jsx?$/.exec(path)?.[0] ?? "";
  const sources = (SOURCES[ending] ?? []).map((source) => path.slice(0, -ending.length) + source);
  return [...sources, ...ENDINGS.map((added) => path + added)].find(isFile);
}

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

const changedAt = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.mtimeMs;

/** Whether a file belongs to a package rather than to the notebook's author. */
export const isInstalled = (path: string): boolean => dirname(path).split(/[\\/]/).includes("node_modules");
