import { readdirSync, readFileSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import ts = require("typescript");

import { collectExports, type ExportedNames, exportedNames } from "./exported-names.js";
import type { ImportResolver } from "./import-resolver.js";

/** A name that a cell may import. */
export interface ImportableName {
  readonly name: string;
  /** As editors name it: "function", "class", "interface" … */
  readonly kind: string;
  readonly from: string;
  readonly isDefault: boolean;
}

const LIBRARY = fileURLToPath(new URL("../../src/index.d.ts", import.meta.url));
const LOCAL_FILE = /(?<!\.d)\.([cm]?ts|tsx|m?js)$/;
/** A folder with more files is known in part. */
const MOST_FILES = 300;

/**
 * The names that can be imported without being known yet: of "cellar", of Node's modules, of the packages that the
 * folder's package.json lists, and of the folder's own files. Read from the texts, and again when a file changes.
 */
export class ImportableNames {
  private library: readonly ImportableName[] | undefined;
  private node: readonly ImportableName[] | undefined;
  private readonly ofFiles = new Map<string, { readonly version: string; readonly names: readonly ImportableName[] }>();

  constructor(
    private readonly folder: string,
    private readonly resolver: ImportResolver,
  ) {}

  ofLibrary(): readonly ImportableName[] {
    this.library ??= this.read(LIBRARY, "cellar");
    return this.library;
  }

  /** @param program where Node's types are parsed. */
  all(program: ts.Program): readonly ImportableName[] {
    this.node ??= nodeNames(program);
    return [...this.ofLibrary(), ...this.ofFolder(), ...this.ofPackages(), ...this.node];
  }

  private ofFolder(): ImportableName[] {
    try {
      return readdirSync(this.folder)
        .filter((name) => LOCAL_FILE.test(name))
        .slice(0, MOST_FILES)
        .flatMap((name) => this.readKept(join(this.folder, name), `./${name}`));
    } catch {
      return []; // the folder is gone: completion has other names
    }
  }

  private ofPackages(): ImportableName[] {
    return packagesOf(this.folder).flatMap((name) => {
      const path = this.resolver.locate(name, join(this.folder, "importer.mts"));
      const names = path === undefined ? [] : this.readKept(path, name);
      return names.some(({ isDefault }) => isDefault) || path === undefined
        ? names
        : [...names, asDefault(name, "module")];
    });
  }

  private readKept(path: string, from: string): readonly ImportableName[] {
    const { mtimeMs = 0, size = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
    const version = `${mtimeMs} ${size}`;
    const known = this.ofFiles.get(path);
    if (known?.version === version) return known.names;
    const names = this.read(path, from);
    this.ofFiles.set(path, { version, names });
    return names;
  }

  private read(path: string, from: string): ImportableName[] {
    const { resolver } = this;
    const exported = exportedNames(path, {
      locate: (specifier, importer) => resolver.locate(specifier, importer),
      read: ts.sys.readFile,
    });
    return [...exported].map(([name, kind]) =>
      name === "default" ? asDefault(from, kind) : { name, kind, from, isDefault: false },
    );
  }
}

/** A default export is imported by the name of its module: "date-fns" as dateFns, "./read-rows.ts" as readRows. */
function asDefault(from: string, kind: string): ImportableName {
  const words = from
    .replace(/^.*\//, "")
    .replace(/\.[cm]?[jt]sx?$/, "")
    .split(/[^\p{ID_Continue}$]+/u)
    .filter(Boolean);
  const name = words.map((word, at) => (at === 0 ? word : word[0]!.toUpperCase() + word.slice(1))).join("");
  return { name, kind, from, isDefault: true };
}

function packagesOf(folder: string): string[] {
  const path = ts.findConfigFile(folder, ts.sys.fileExists, "package.json");
  try {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(path!, "utf8")) as {
      readonly [field: string]: object | undefined;
    };
    return Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !name.startsWith("@types/"));
  } catch {
    return []; // there is none, or it is unfinished
  }
}

/** Node's modules as their types declare them, each by its name with "node:". */
function nodeNames(program: ts.Program): ImportableName[] {
  const blocks = new Map<string, ts.Statement[]>();
  for (const file of program.getSourceFiles())
    if (file.fileName.includes("/@types/node/"))
      for (const statement of file.statements)
        if (ts.isModuleDeclaration(statement) && ts.isStringLiteral(statement.name) && statement.body)
          if (ts.isModuleBlock(statement.body))
            blocks.set(statement.name.text, [...(blocks.get(statement.name.text) ?? []), ...statement.body.statements]);
  const exportsOf = (name: string, seen: ReadonlySet<string>): ExportedNames => {
    const found = new Map<string, string>();
    if (!seen.has(name))
      collectExports(blocks.get(name) ?? [], (other) => exportsOf(other, new Set([...seen, name])), found, true);
    return found;
  };
  return [...blocks.keys()]
    .filter((name) => name.startsWith("node:") || (isBuiltin(name) && !blocks.has(`node:${name}`)))
    .flatMap((module) => {
      const from = module.startsWith("node:") ? module : `node:${module}`;
      return [...exportsOf(module, new Set())].map(([name, kind]) =>
        name === "default" ? asDefault(from.replace("node:", "node:/"), kind) : { name, kind, from, isDefault: false },
      );
    })
    .map((each) => ({ ...each, from: each.from.replace("node:/", "node:") }));
}
