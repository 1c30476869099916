import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import ts = require("typescript");

import { FILE_MARK, isCellModule } from "./cell-declarations.js";
import { CELL_GLOBALS } from "./cell-globals.js";
import { ParsedFiles } from "./parsed-files.js";

/** The text that the compiler sees of a cell: what earlier cells give it, then the cell itself. */
export interface CellFile {
  /** Text before the cell's own, ended by a line feed. */
  readonly head: string;
  readonly text: string;
  /** Text after the cell's own. */
  readonly tail: string;
  readonly isTsx: boolean;
  /** The declaration file with what earlier cells declared. */
  readonly declarations: string;
}

/** A cell in the compiler's language service. Positions in `text` are moved by `offset` there. */
export interface OpenCell {
  readonly service: ts.LanguageService;
  readonly path: string;
  readonly offset: number;
  /** Has the comments of files read that were read without them; the service knows at once. False when all are. */
  readComments(paths: readonly string[]): boolean;
}

/** Whether a path, with or without its ending, is a cell's as the compiler knows it: no such file exists. */
export const isCellFile = (path: string): boolean =>
  /\/__(cell|cell-globals|earlier-cells)__(\.d\.ts|\.tsx?)?$/.test(path);

const OUR_TYPES = fileURLToPath(new URL("../../src/index.d.ts", import.meta.url));
const OUR_FOLDER = dirname(OUR_TYPES);

/** Packages do not change while they are used, and neither do we. */
const isPackageFile = (path: string): boolean => path.includes("/node_modules/");
const isUnchanging = (path: string): boolean => isPackageFile(path) || path.startsWith(`${OUR_FOLDER}/`);

/** Of this thread: the platform's declarations are parsed once for all folders. */
const parsed = new ParsedFiles(isUnchanging);

/** The compiler's language service over one cell at a time. Loading it takes the better part of a second. */
export class CellProgram {
  private readonly service: ts.LanguageService;
  private readonly virtual: ReadonlyMap<string, { text: string; version: number }>;
  private readonly names: { readonly ts: string; readonly tsx: string; readonly earlier: string };
  private isTsx = false;

  constructor(
    readonly folder: string,
    private readonly options: ts.CompilerOptions,
  ) {
    const globals = join(folder, "__cell-globals__.d.ts");
    this.names = {
      ts: join(folder, "__cell__.ts"),
      tsx: join(folder, "__cell__.tsx"),
      earlier: join(folder, "__earlier-cells__.d.ts"),
    };
    this.virtual = new Map(
      [...Object.values(this.names), globals].map((path) => [
        path,
        { text: path === globals ? CELL_GLOBALS : "", version: 1 },
      ]),
    );
    const roots = [globals, nodeTypes(folder), this.names.earlier].filter((path) => path !== undefined);
    this.service = ts.createLanguageService(this.host(roots), parsed.registry);
  }

  /** Shows a cell to the compiler, in place of the one before. */
  open(cell: CellFile): OpenCell {
    this.isTsx = cell.isTsx;
    const path = cell.isTsx ? this.names.tsx : this.names.ts;
    this.write(this.names.earlier, cell.declarations);
    this.write(path, cell.head + cell.text + cell.tail);
    return {
      service: this.service,
      path,
      offset: cell.head.length,
      readComments: (paths) => parsed.readComments(paths),
    };
  }

  private write(path: string, text: string): void {
    const file = this.virtual.get(path)!;
    if (file.text === text) return;
    file.text = text;
    file.version += 1;
  }

  private host(roots: readonly string[]): ts.LanguageServiceHost {
    const { options, folder, virtual } = this;
    const read = (path: string): string | undefined => virtual.get(path)?.text ?? ts.sys.readFile(path);
    const versionOf = (path: string): string => virtual.get(path)?.version.toString() ?? diskVersion(path);
    // The compiler asks for the text of every file whenever the imports of a cell differ from those of the one before.
    const snapshots = new Map<string, { readonly version: string; readonly snapshot: ts.IScriptSnapshot }>();
    const exists = (path: string): boolean => virtual.has(path) || ts.sys.fileExists(path);
    const disk = { ...ts.sys, readFile: read, fileExists: exists, realpath: ts.sys.realpath! };
    // What the folder itself imports is looked up each time: a package may have been installed meanwhile.
    const packages = ts.createModuleResolutionCache(folder, (name) => name, options);
    const resolve = (specifier: string, from: string): ts.ResolvedModuleWithFailedLookupLocations => {
      if (specifier === "cellar")
        return {
          resolvedModule: { resolvedFileName: OUR_TYPES, extension: ts.Extension.Dts, isExternalLibraryImport: true },
        } as ts.ResolvedModuleWithFailedLookupLocations;
      if (isCellModule(specifier)) return { resolvedModule: undefined } as ts.ResolvedModuleWithFailedLookupLocations;
      const name = specifier.startsWith(FILE_MARK) ? specifier.slice(FILE_MARK.length) : specifier;
      return ts.resolveModuleName(name, from, options, disk, isPackageFile(from) ? packages : undefined);
    };
    const host: ts.LanguageServiceHost & Pick<ts.CompilerHost, "getModuleResolutionCache"> = {
      getCompilationSettings: () => options,
      getScriptFileNames: () => [...roots, this.isTsx ? this.names.tsx : this.names.ts],
      getScriptVersion: versionOf,
      getScriptSnapshot: (path) => {
        const version = versionOf(path);
        const known = snapshots.get(path);
        if (known?.version === version) return known.snapshot;
        const text = read(path);
        if (text === undefined) return undefined;
        const snapshot = ts.ScriptSnapshot.fromString(text);
        snapshots.set(path, { version, snapshot });
        return snapshot;
      },
      getCurrentDirectory: () => folder,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
      fileExists: exists,
      readFile: read,
      readDirectory: ts.sys.readDirectory,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
      realpath: disk.realpath,
      resolveModuleNameLiterals: (literals, from) => literals.map(({ text }) => resolve(text, from)),
      // Without it, the package.json files around every file are read again for every new program.
      getModuleResolutionCache: () => packages,
    };
    return host;
  }
}

function diskVersion(path: string): string {
  if (isUnchanging(path)) return parsed.versionOf(path);
  return String(ts.sys.getModifiedTime!(path)?.getTime() ?? 0);
}

/** Node's types: those that the folder has installed, else ours. */
function nodeTypes(folder: string): string | undefined {
  const own = ts.sys.resolvePath(join(folder, "__cell__.ts"));
  for (const from of [own, fileURLToPath(import.meta.url)]) {
    try {
      return join(dirname(createRequire(from).resolve("@types/node/package.json")), "index.d.ts");
    } catch {
      // Not installed there: the next place counts.
    }
  }
  return undefined;
}
