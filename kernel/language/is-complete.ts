import ts = require("typescript");

import { readNpmLines } from "../../src/modules/npm-lines.js";
import { cellParts } from "./cell-parts.js";
import { isRefusedUntyped } from "./untyped-errors.js";

/** What more text can still mend, wherever the compiler reports it. */
const UNENDED: ReadonlySet<number> = new Set([
  1010, // '*/' expected
  1160, // unterminated template literal
  17008, // a JSX element has no closing tag
  17014, // a JSX fragment has no closing tag
]);

/** What no further line can mend. */
const BROKEN: ReadonlySet<number> = new Set([
  1002, // unterminated string literal
  1161, // unterminated regular expression literal
]);

/** Whether code is a whole cell, may become one with more text, or can never be one. */
export function isComplete(
  text: string,
  preferTsx = false,
): { status: "complete" | "incomplete" | "invalid"; indent: string } {
  const { code } = readNpmLines(text);
  const { syntaxErrors, file } = cellParts(code, preferTsx);
  const end = code.trimEnd().length;
  const isMendable = ({ code: number, start }: ts.DiagnosticWithLocation) =>
    UNENDED.has(number) || (start >= end && (!BROKEN.has(number) || code.endsWith("\\")));
  const unfinished = { status: "incomplete", indent: isInsideText(syntaxErrors) ? "" : indentAfter(code) } as const;
  if (syntaxErrors.length === 0) {
    if (isBegun(file)) return unfinished;
    return { status: isRefusedUntyped(file) ? "invalid" : "complete", indent: "" };
  }
  if (/(^|[;}\n])\s*export\s*$/.test(code)) return unfinished;
  const other = cellParts(code, !preferTsx).syntaxErrors;
  if (syntaxErrors.every(isMendable) || other.every(isMendable)) return unfinished;
  return { status: "invalid", indent: "" };
}

/** What parses and still wants more: `const`, or a function without a body, which only its implementation can follow. */
function isBegun({ statements, text }: ts.SourceFile): boolean {
  const last = statements.at(-1);
  if (!last || text.trimEnd().endsWith(";")) return false;
  if (ts.isVariableStatement(last)) return last.declarationList.declarations.length === 0;
  return ts.isFunctionDeclaration(last) && !last.body && !ts.getModifiers(last)?.some(isDeclare);
}

const isDeclare = ({ kind }: ts.Modifier): boolean => kind === ts.SyntaxKind.DeclareKeyword;

/** The next line goes on a template or a comment: an indent would be part of it. */
const isInsideText = (errors: readonly ts.DiagnosticWithLocation[]): boolean =>
  errors.some(({ code }) => code === 1160 || code === 1010);

/** Indent of the next line: that of the last one, deeper by two where it opens a bracket. */
function indentAfter(code: string): string {
  const last = code.trimEnd().split("\n").at(-1) ?? "";
  const indent = /^[ \t]*/.exec(last)![0];
  return /[{[(]\s*(\/\/.*)?$|=>\s*$/.test(last) ? `${indent}${indent.endsWith("\t") ? "\t" : "  "}` : indent;
}
