import { isBuiltin } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import ts = require("typescript");

import { findModule } from "../../src/modules/find-module.js";
import { plainSpecifier } from "../../src/modules/npm-specifier.js";
import { FILE_MARK, isCellModule } from "./cell-declarations.js";

/** Where the compiler reads files, those that exist in memory alone included. */
export type Disk = ts.ModuleResolutionHost;

type Resolution = ts.ResolvedModuleWithFailedLookupLocations;

const OUR_TYPES = fileURLToPath(new URL("../../src/index.d.ts", import.meta.url));
const OURS = {
  resolvedModule: { resolvedFileName: OUR_TYPES, extension: ts.Extension.Dts, isExternalLibraryImport: true },
} as Resolution;
const NOTHING = { resolvedModule: undefined } as Resolution;

/** Packages do not change while they are used, but for those that are installed anew. */
export const isPackageFile = (path: string): boolean => path.includes("/node_modules/");

/**
 * How the compiler finds what a file imports: packages as Node does, the author's own files as local modules are found
 * when they run. What was not found is looked for again each time.
 */
export class ImportResolver {
  /** Of files inside packages alone: what the author's own files import is looked up each time. */
  readonly packages: ts.ModuleResolutionCache;
  private readonly relative: ts.CompilerOptions;
  private readonly runnable: ts.CompilerOptions;
  /** The author's file → what it imports and is not there. */
  private readonly missing = new Map<string, Set<string>>();

  constructor(
    private readonly folder: string,
    private readonly options: ts.CompilerOptions,
    private readonly disk: Disk,
    /** A file of the program that is checked. */
    readonly fileOf: (path: string) => ts.SourceFile | undefined,
  ) {
    this.packages = ts.createModuleResolutionCache(folder, (name) => name, options);
    this.relative = {
      ...options,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      customConditions: ["node"],
    };
    // Not in the public options: finds what runs, where the usual search finds what has types.
    this.runnable = { ...options, paths: {}, noDtsResolution: true };
  }

  /** Finds what the literals of a file import. */
  resolve(literals: readonly ts.StringLiteralLike[], from: string, file: ts.SourceFile): readonly Resolution[] {
    return literals.map((literal) => {
      const found = this.find(literal.text, from, ts.getModeForUsageLocation(file, literal, this.options));
      const isWritten = literal.pos >= 0 || from.endsWith("x"); // the compiler adds what JSX wants, where there is none too
      if (isWritten && !isPackageFile(from) && !isBuiltin(literal.text))
        this.note(from, literal.text, found.resolvedModule !== undefined);
      return found;
    });
  }

  /** What the author's file imports and is not there. */
  missingIn(path: string): ReadonlySet<string> | undefined {
    return this.missing.get(path);
  }

  /** Forgets what a file was found to lack, since its text is another one now. */
  forget(path: string): void {
    this.missing.delete(path);
  }

  /** Whether Node finds a bare specifier that a module of the folder imports, whatever has types. */
  canRun(specifier: string): boolean {
    if (specifier === "cellar" || isBuiltin(specifier) || findModule(specifier, this.folder) !== undefined) return true;
    const name = plainSpecifier(specifier);
    const from = `${this.folder}/importer.mts`;
    const { resolveModuleName, ModuleKind } = ts;
    const found = resolveModuleName(name, from, this.runnable, this.disk, undefined, undefined, ModuleKind.ESNext);
    return found.resolvedModule !== undefined;
  }

  /** The file with the types of what a module imports; undefined where there is none. */
  locate(specifier: string, from: string): string | undefined {
    return this.find(specifier, from, ts.ModuleKind.ESNext).resolvedModule?.resolvedFileName;
  }

  private find(specifier: string, from: string, mode: ts.ResolutionMode): Resolution {
    if (specifier === "cellar") return OURS;
    if (isCellModule(specifier)) return NOTHING;
    const { options, disk, packages } = this;
    if (isPackageFile(from)) return ts.resolveModuleName(specifier, from, options, disk, packages, undefined, mode);
    const name = specifier.startsWith(FILE_MARK) ? specifier.slice(FILE_MARK.length) : plainSpecifier(specifier);
    if (ts.isExternalModuleNameRelative(name)) return this.findPath(name, from);
    const aliased = findModule(name, dirname(from));
    if (aliased !== undefined) return this.findPath(aliased, from);
    return ts.resolveModuleName(name, from, options, disk, undefined, undefined, mode);
  }

  /** Declarations count where they lie beside a file; the rest is found as the loader of local modules does. */
  private findPath(path: string, from: string): Resolution {
    const typed = ts.resolveModuleName(path, from, this.relative, this.disk);
    if (typed.resolvedModule) return typed;
    const file = findModule(path, dirname(from));
    return file === undefined ? typed : ts.resolveModuleName(file, from, this.relative, this.disk);
  }

  private note(from: string, specifier: string, isThere: boolean): void {
    const missing = this.missing.get(from) ?? new Set();
    if (isThere) missing.delete(specifier);
    else missing.add(specifier);
    if (missing.size > 0) this.missing.set(from, missing);
    else this.missing.delete(from);
  }
}
