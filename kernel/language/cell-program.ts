import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import ts = require("typescript");

import { isCommonJs } from "../../src/modules/module-format.js";
import { CELL_GLOBALS } from "./cell-globals.js";
import { ImportResolver, isPackageFile } from "./import-resolver.js";
import { NODE_GLOBALS } from "./node-globals.js";
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
  /** Imports of earlier cells, for the global types that they bring. */
  readonly globalImports: string;
}

/** A cell in the compiler's language service. Positions in `text` are moved by `offset` there. */
export interface OpenCell {
  readonly service: ts.LanguageService;
  readonly path: string;
  readonly offset: number;
  /** The program with the cell in it. */
  program(): ts.Program;
  readonly imports: ImportResolver;
  /** Of the notebook. */
  readonly folder: string;
  /** Has the comments of files read that were read without them; the service knows at once. False when all are. */
  readComments(paths: readonly string[]): boolean;
}

/** Whether a path, with or without its ending, is a cell's as the compiler knows it: no such file exists. */
export const isCellFile = (path: string): boolean =>
  /\/__(cell|cell-globals|earlier-cells|earlier-imports)__(\.d\.ts|\.tsx?)?$/.test(path);

const OUR_FOLDER = dirname(fileURLToPath(new URL("../../src/index.d.ts", import.meta.url)));

/** Packages do not change while they are used, and neither do we. */
const isUnchanging = (path: string): boolean => isPackageFile(path) || path.startsWith(`${OUR_FOLDER}/`);

/** What the compiler's service asks of its host beyond the public types. */
interface HiddenHost extends Pick<ts.CompilerHost, "getModuleResolutionCache"> {
  /** Whether the imports of an unchanged file are looked up again. */
  hasInvalidatedResolutions(path: string): boolean;
}

/** Of this thread: the platform's declarations are parsed once for all folders. */
const parsed = new ParsedFiles(isUnchanging, (path) => !isCellFile(path) && isCommonJsSource(path));

/** The compiler's language service over one cell at a time. Loading it takes the better part of a second. */
export class CellProgram {
  private readonly service: ts.LanguageService;
  private readonly virtual: ReadonlyMap<string, { text: string; version: number }>;
  private readonly names: {
    readonly ts: string;
    readonly tsx: string;
    readonly earlier: string;
    readonly imports: string;
  };
  private readonly disk: ts.ModuleResolutionHost;
  /** How cells and the files that they import find others. */
  readonly imports: ImportResolver;
  private checked: ts.Program | undefined;
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
      imports: join(folder, "__earlier-imports__.d.ts"),
    };
    this.virtual = new Map(
      [...Object.values(this.names), globals].map((path) => [
        path,
        { text: path === globals ? globalsFor(options) : "", version: 1 },
      ]),
    );
    this.disk = {
      ...ts.sys,
      readFile: (path) => this.virtual.get(path)?.text ?? ts.sys.readFile(path),
      fileExists: (path) => this.virtual.has(path) || ts.sys.fileExists(path),
      realpath: ts.sys.realpath!,
    };
    this.imports = new ImportResolver(folder, options, this.disk, (path) => this.checked?.getSourceFile(path));
    const roots = [globals, nodeTypes(folder), this.names.earlier, this.names.imports].filter(
      (path) => path !== undefined,
    );
    this.service = ts.createLanguageService(this.host(roots), parsed.registry);
  }

  /** Shows a cell to the compiler, in place of the one before. */
  open(cell: CellFile): OpenCell {
    this.isTsx = cell.isTsx;
    const path = cell.isTsx ? this.names.tsx : this.names.ts;
    this.write(this.names.earlier, cell.declarations);
    this.write(this.names.imports, `${cell.globalImports}\nexport {};`);
    this.write(path, cell.head + cell.text + cell.tail);
    return {
      service: this.service,
      path,
      offset: cell.head.length,
      readComments: (paths) => parsed.readComments(paths),
      program: () => {
        this.checked = this.service.getProgram()!;
        return this.checked;
      },
      imports: this.imports,
      folder: this.folder,
    };
  }

  private write(path: string, text: string): void {
    const file = this.virtual.get(path)!;
    if (file.text === text) return;
    file.text = text;
    file.version += 1;
  }

  private host(roots: readonly string[]): ts.LanguageServiceHost {
    const { options, folder, virtual, disk, imports } = this;
    const versionOf = (path: string): string => virtual.get(path)?.version.toString() ?? diskVersion(path);
    // The compiler asks for the text of every file whenever the imports of a cell differ from those of the one before.
    const snapshots = new Map<string, { readonly version: string; readonly snapshot: ts.IScriptSnapshot }>();
    const host: ts.LanguageServiceHost & HiddenHost = {
      getCompilationSettings: () => options,
      getScriptFileNames: () => [...roots, this.isTsx ? this.names.tsx : this.names.ts],
      getScriptVersion: versionOf,
      getScriptSnapshot: (path) => {
        const version = versionOf(path);
        const known = snapshots.get(path);
        if (known?.version === version) return known.snapshot;
        const text = disk.readFile(path);
        if (text === undefined) return undefined;
        imports.forget(path);
        const snapshot = ts.ScriptSnapshot.fromString(text);
        snapshots.set(path, { version, snapshot });
        return snapshot;
      },
      getCurrentDirectory: () => folder,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
      fileExists: disk.fileExists,
      readFile: disk.readFile,
      readDirectory: ts.sys.readDirectory,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
      realpath: ts.sys.realpath!,
      resolveModuleNameLiterals: (literals, from, _redirected, _options, file) => imports.resolve(literals, from, file),
      hasInvalidatedResolutions: (path) => imports.missingIn(path) !== undefined,
      // Without it, the package.json files around every file are read again for every new program.
      getModuleResolutionCache: () => imports.packages,
    };
    return host;
  }
}

/** What every cell knows beside the standard library and Node's types. */
const globalsFor = ({ lib = [] }: ts.CompilerOptions): string =>
  lib.some((name) => /^lib\.(dom|webworker)\b/.test(name)) ? CELL_GLOBALS : CELL_GLOBALS + NODE_GLOBALS;

/** Of declarations, the file that they describe counts. */
function isCommonJsSource(path: string): boolean {
  const described = path.replace(/\.d\.([cm]?)ts$/, ".$1js");
  return ts.sys.fileExists(described) ? isCommonJs(described) : path.endsWith(".d.cts");
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
