import { dirname, relative } from "node:path";

import ts = require("typescript");

import { findModule } from "../../src/modules/find-module.js";
import { installedVersion, packageName, whyNotFound } from "../../src/modules/missing-package.js";
import { type NpmSpecifier, npmSpecifier } from "../../src/modules/npm-specifier.js";
import { fitsRange } from "../../src/modules/version-range.js";
import { isCellModule } from "./cell-declarations.js";
import { foreignImport } from "./foreign-imports.js";
import type { ImportResolver } from "./import-resolver.js";

/** An import as a cell or a local module writes it. */
interface WrittenImport {
  readonly literal: ts.StringLiteralLike;
  /** The declaration, loaded before all else runs; undefined for `import()`. */
  readonly declaration: ts.ImportDeclaration | ts.ExportDeclaration | undefined;
  readonly isTypeOnly: boolean;
}

/** The compiler's words for a module that it does not find. */
const NOT_FOUND: ReadonlySet<number> = new Set([2307, 2792, 2834, 2835, 2882]);
const NO_EXPORT: ReadonlySet<number> = new Set([2305, 2614, 2724]);

/**
 * What the compiler says of a cell, with its imports judged as they run: what Node loads is no error, what Node refuses
 * is one, and a missing module is named with the way out.
 * @param typeImports imported names that mean types only.
 */
export function withImportsAsRun(
  file: ts.SourceFile,
  diagnostics: readonly ts.Diagnostic[],
  typeImports: ReadonlySet<string>,
  resolver: ImportResolver,
  folder: string,
): readonly ts.Diagnostic[] {
  const imports = importsOf(file);
  if (imports.length === 0) return diagnostics;
  const ofLiteral = new Map(imports.map((each) => [each.literal.getStart(file), each]));
  const judged = diagnostics.flatMap((diagnostic): ts.Diagnostic[] => {
    const found = ofLiteral.get(diagnostic.start ?? -1);
    if (!found || !NOT_FOUND.has(diagnostic.code)) return [diagnostic];
    const { text } = found.literal;
    if (!found.isTypeOnly && !isPath(text) && foreignImport(text) === undefined && resolver.canRun(text)) return [];
    return [{ ...diagnostic, code: 2307, messageText: notFound(text, folder) }];
  });
  const isJudged = (literal: ts.StringLiteralLike): boolean =>
    judged.some(({ code, start }) => code === 2307 && start === literal.getStart(file));
  const broken = new Set<ts.Node>();
  for (const { literal, declaration, isTypeOnly } of imports) {
    if (!declaration || isTypeOnly || isJudged(literal) || takesTypesOnly(declaration, typeImports)) continue;
    const missing = isPath(literal.text)
      ? missingBehind(literal.text, file, resolver)
      : resolver.canRun(literal.text)
        ? undefined
        : notFound(literal.text, folder);
    if (missing === undefined) continue;
    broken.add(declaration);
    judged.push(diagnosticAt(file, literal, missing));
  }
  return judged.filter(({ code, start }) => !NO_EXPORT.has(code) || ![...broken].some((node) => isInside(node, start)));
}

const isInside = ({ pos, end }: ts.Node, at = -1): boolean => pos <= at && at < end;
const isPath = (specifier: string): boolean => ts.isExternalModuleNameRelative(specifier);

function diagnosticAt(file: ts.SourceFile, literal: ts.Node, messageText: string): ts.Diagnostic {
  const start = literal.getStart(file);
  return { file, start, length: literal.end - start, code: 2307, category: ts.DiagnosticCategory.Error, messageText };
}

function notFound(specifier: string, folder: string): string {
  const said = `Cannot find module '${specifier}' or its corresponding type declarations.`;
  const foreign = foreignImport(specifier);
  if (foreign !== undefined) return `${said} ${foreign}`;
  if (isPath(specifier)) return said;
  const npm = npmSpecifier(specifier);
  const plain = npm?.plain ?? specifier;
  const alias = !/^(?:@[a-z\d~-][\w.~-]*\/)?[a-z\d~-][\w.~-]*(?=\/|$)/i.test(plain) || plain.startsWith("node:");
  if (alias) return said;
  const why = whyNotFound(plain, folder);
  if (!why.startsWith("no such package")) return `Cannot find module '${specifier}': ${why}`;
  return `${said} To install it: ${installLine(npm ?? { name: packageName(plain), range: undefined })}`;
}

/** What is to be said of a cell's "npm:" imports although they run: another version than the one that is written. */
export function versionWarnings(file: ts.SourceFile, folder: string): string[] {
  return importsOf(file).flatMap(({ literal }) => {
    const npm = npmSpecifier(literal.text);
    const version = npm && npm.range !== undefined ? installedVersion(npm.name, folder) : undefined;
    if (!npm || version === undefined || fitsRange(version, npm.range!) !== false) return [];
    return `${npm.name} ${version} is installed, which is not what "${literal.text}" asks for; to change it: ${installLine(npm)}`;
  });
}

/** The line of a cell that installs a package. */
const installLine = ({ name, range }: Pick<NpmSpecifier, "name" | "range">): string =>
  `%npm install ${name}${range === undefined ? "" : `@${range}`}`;

/** The first missing import of the author's modules behind a path, in words. */
function missingBehind(specifier: string, from: ts.SourceFile, resolver: ImportResolver): string | undefined {
  const folder = dirname(from.fileName);
  const seen = new Set<string>();
  const waiting = [findModule(specifier, folder)];
  for (const path of waiting) {
    if (path === undefined || seen.has(path)) continue;
    seen.add(path);
    const file = resolver.fileOf(path);
    for (const { literal, isTypeOnly, declaration } of file ? importsOf(file) : []) {
      if (isTypeOnly || !declaration) continue;
      const isMissing =
        resolver.missingIn(path)?.has(literal.text) && (isPath(literal.text) || !resolver.canRun(literal.text));
      if (isMissing) return `${notFound(literal.text, dirname(path))} It is imported by ./${relative(folder, path)}`;
      waiting.push(findModule(literal.text, dirname(path)));
    }
  }
  return undefined;
}

function importsOf(file: ts.SourceFile): readonly WrittenImport[] {
  // Not in the public types, though every tool that follows imports reads it.
  const { imports = [] } = file as unknown as { readonly imports?: readonly ts.StringLiteralLike[] };
  const written = imports.filter(({ pos, text }) => pos >= 0 && !isCellModule(text)); // others are the compiler's, or ours
  return written.map((literal) => {
    const { parent } = literal;
    const declaration = ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) ? parent : undefined;
    const isTypeOnly =
      (ts.isImportDeclaration(parent) && parent.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) ||
      (ts.isExportDeclaration(parent) && parent.isTypeOnly) ||
      ts.isLiteralTypeNode(parent);
    return { literal, declaration, isTypeOnly };
  });
}

function takesTypesOnly(
  declaration: ts.ImportDeclaration | ts.ExportDeclaration,
  typeImports: ReadonlySet<string>,
): boolean {
  const bindings = ts.isImportDeclaration(declaration) ? declaration.importClause : undefined;
  const names = bindings?.namedBindings;
  if (!bindings || bindings.name || !names || ts.isNamespaceImport(names)) {
    return bindings?.name !== undefined && !names && typeImports.has(bindings.name.text);
  }
  return (
    names.elements.length > 0 && names.elements.every((each) => each.isTypeOnly || typeImports.has(each.name.text))
  );
}
