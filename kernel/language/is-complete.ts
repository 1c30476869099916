import ts = require("typescript");

import { cellParts } from "./cell-parts.js";

/** What more text can still mend, wherever the compiler reports it. */
const UNENDED: ReadonlySet<number> = new Set([
  1010, // '*/' expected
  1160, // unterminated template literal
  17008, // a JSX element has no closing tag
  17014, // a JSX fragment has no closing tag
]);

/** Whether code is a whole cell, may become one with more text, or can never be one. */
export function isComplete(code: string): { status: "complete" | "incomplete" | "invalid"; indent: string } {
  const { syntaxErrors } = cellParts(code, false);
  const end = code.trimEnd().length;
  const isMendable = ({ code: number, start }: ts.DiagnosticWithLocation) => UNENDED.has(number) || start >= end;
  if (syntaxErrors.length === 0) return { status: "complete", indent: "" };
  const jsx = cellParts(code, true).syntaxErrors;
  if (syntaxErrors.every(isMendable) || jsx.every(isMendable))
    return { status: "incomplete", indent: indentAfter(code) };
  return { status: "invalid", indent: "" };
}

/** Indent of the next line: that of the last one, deeper by two where it opens a bracket. */
function indentAfter(code: string): string {
  const last = code.trimEnd().split("\n").at(-1) ?? "";
  const indent = /^[ \t]*/.exec(last)![0];
  return /[{[(]\s*(\/\/.*)?$|=>\s*$/.test(last) ? `${indent}${indent.endsWith("\t") ? "\t" : "  "}` : indent;
}
