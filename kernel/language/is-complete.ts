import ts = require("typescript");

import { cellParts } from "./cell-parts.js";

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
  code: string,
  preferTsx = false,
): { status: "complete" | "incomplete" | "invalid"; indent: string } {
  const { syntaxErrors } = cellParts(code, preferTsx);
  const end = code.trimEnd().length;
  const isMendable = ({ code: number, start }: ts.DiagnosticWithLocation) =>
    UNENDED.has(number) || (start >= end && (!BROKEN.has(number) || code.endsWith("\\")));
  if (syntaxErrors.length === 0) return { status: "complete", indent: "" };
  const other = cellParts(code, !preferTsx).syntaxErrors;
  if (syntaxErrors.every(isMendable) || other.every(isMendable))
    return { status: "incomplete", indent: indentAfter(code) };
  return { status: "invalid", indent: "" };
}

/** Indent of the next line: that of the last one, deeper by two where it opens a bracket. */
function indentAfter(code: string): string {
  const last = code.trimEnd().split("\n").at(-1) ?? "";
  const indent = /^[ \t]*/.exec(last)![0];
  return /[{[(]\s*(\/\/.*)?$|=>\s*$/.test(last) ? `${indent}${indent.endsWith("\t") ? "\t" : "  "}` : indent;
}
