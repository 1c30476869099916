import { isBuiltin } from "node:module";

import ts = require("typescript");

import { isCellModule } from "./cell-declarations.js";

/** What of a cell changes the types that all later cells see, beside what it declares itself. */
export interface GlobalTypes {
  /** `/// <reference … />` lines. */
  readonly references: readonly string[];
  /** Modules that the cell imports, where one of them adds to global types or to other modules. */
  readonly imports: readonly string[];
}

/** The `/// <reference … />` lines before a cell's first statement. */
export function referencesOf(file: ts.SourceFile): string[] {
  const line = (kind: string) => (each: ts.FileReference) => `/// <reference ${kind}="${each.fileName}" />`;
  return [
    ...file.libReferenceDirectives.map(line("lib")),
    ...file.typeReferenceDirectives.map(line("types")),
    ...file.referencedFiles.map(line("path")),
  ];
}

/**
 * The imports of a checked cell that later cells keep, for their global types.
 * @param known files that are kept already.
 */
export function globalImports(program: ts.Program, file: ts.SourceFile, known: ReadonlySet<string>): string[] {
  // Not in the public types, though every tool that follows imports reads it.
  const { imports = [] } = file as unknown as { readonly imports?: readonly ts.StringLiteralLike[] };
  const specifiers = imports
    .filter(({ text, pos }) => pos >= 0 && text !== "cellar" && !isCellModule(text) && !isBuiltin(text))
    .map(({ text }) => text);
  if (specifiers.length === 0) return [];
  const isNew = (each: ts.SourceFile): boolean =>
    !known.has(each.fileName) && !program.isSourceFileDefaultLibrary(each) && !EVERYWHERE.test(each.fileName);
  const adds = program.getSourceFiles().some((each) => isGlobal(each) && isNew(each));
  return adds ? [...new Set(specifiers)] : [];
}

/** Cells themselves, and what they see without an import: Node's types. */
const EVERYWHERE = /\/__[\w-]+__(\.d)?\.tsx?$|\/node_modules\/(@types\/node|undici-types|buffer)\//;

/** A script's declarations are global; a module may add to global types, or to another module. */
function isGlobal(file: ts.SourceFile): boolean {
  const { moduleAugmentations = [] } = file as unknown as { readonly moduleAugmentations?: readonly ts.Node[] };
  return moduleAugmentations.length > 0 || (file.isDeclarationFile && !ts.isExternalModule(file));
}
