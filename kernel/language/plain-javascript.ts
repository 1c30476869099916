import ts = require("typescript");

import MagicString from "magic-string";
import type { CellParts } from "./cell-parts.js";

/** JavaScript with the way back to the cell it was. */
export interface JavaScript {
  readonly code: string;
  /** Source map (version 3, JSON text); undefined where the code is the cell's text. */
  readonly map: string | undefined;
}

/** Syntax that the compiler would rewrite, as its parser notes it. Not in the public types: without it, every cell is compiled. */
const { TransformFlags: Flags } = ts as unknown as { readonly TransformFlags?: { readonly [name: string]: number } };
const REWRITTEN = ["ContainsTypeScript", "ContainsJsx", "ContainsESNext", "ContainsDecorators"] as const;
const FIELDS = "ContainsClassFields";

/** Statements that end at a semicolon, or where one is missing. */
const ENDED: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.VariableStatement,
  ts.SyntaxKind.ExpressionStatement,
  ts.SyntaxKind.ReturnStatement,
  ts.SyntaxKind.ThrowStatement,
  ts.SyntaxKind.BreakStatement,
  ts.SyntaxKind.ContinueStatement,
  ts.SyntaxKind.DebuggerStatement,
  ts.SyntaxKind.DoStatement,
  ts.SyntaxKind.ImportDeclaration,
  ts.SyntaxKind.ExportDeclaration,
  ts.SyntaxKind.ExportAssignment,
]);

/**
 * A cell without any syntax of TypeScript's own as it is, but for semicolons that its author left out; undefined for
 * all others. The compiler would make a program of it, and print it again, to the same end: most of a short cell's time.
 */
export function plainJavaScript(
  parts: CellParts,
  options: ts.CompilerOptions,
  filename: string,
): JavaScript | undefined {
  if (parts.object !== undefined || !isPlain(parts.file, options)) return undefined;
  const { text } = parts;
  const ends = unendedStatements(parts);
  if (!ends) return undefined;
  if (ends.length === 0) return { code: text, map: undefined };
  const edits = new MagicString(text);
  for (const end of ends) edits.appendLeft(end, ";");
  const map = edits.generateMap({ source: filename, hires: "boundary", includeContent: true });
  return { code: edits.toString(), map: map.toString() };
}

function isPlain(file: ts.SourceFile, { target, useDefineForClassFields }: ts.CompilerOptions): boolean {
  const { transformFlags } = file as unknown as { readonly transformFlags?: number };
  if (!Flags || transformFlags === undefined || (target ?? 0) < ts.ScriptTarget.ES2022) return false;
  const rewritten = useDefineForClassFields === false ? [...REWRITTEN, FIELDS] : REWRITTEN;
  return rewritten.every((name) => Flags[name] !== undefined && (transformFlags & Flags[name]) === 0);
}

/** Where semicolons are missing; undefined where the cell has types that the parser does not note. */
function unendedStatements({ file, text, hasResult }: CellParts): number[] | undefined {
  const last = file.statements.at(-1);
  const ends: number[] = [];
  const look = (node: ts.Node): true | undefined => {
    if (isTypeOnly(node)) return true;
    const isResult = hasResult && node === last; // whoever returns its value ends it
    if (ENDED.has(node.kind) && !isResult && text[node.end - 1] !== ";") ends.push(node.end);
    return ts.forEachChild(node, look);
  };
  return ts.forEachChild(file, look) ? undefined : ends;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportClause(node)) return node.phaseModifier === ts.SyntaxKind.TypeKeyword;
  if (ts.isExportDeclaration(node) || ts.isImportSpecifier(node) || ts.isExportSpecifier(node)) return node.isTypeOnly;
  if (ts.isExportAssignment(node)) return node.isExportEquals === true;
  if (ts.isPropertyDeclaration(node)) return node.modifiers?.some(isAccessor) === true;
  return ts.isImportEqualsDeclaration(node);
}

const isAccessor = ({ kind }: ts.ModifierLike): boolean => kind === ts.SyntaxKind.AccessorKeyword;
