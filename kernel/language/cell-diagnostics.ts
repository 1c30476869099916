import ts = require("typescript");

import type { ErrorContent } from "../protocol/messages.js";

/** What the compiler says of a cell, at a place in the cell's own text. */
export interface CellDiagnostic {
  /** "TS2322". */
  readonly code: string;
  readonly message: string;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  /** UTF-16 units, at least 1. */
  readonly length: number;
}

/** The name of the error of a cell that the type check refuses. */
export const CHECK_ERROR = "TypeCheckError";
const RUN_ANYWAY = "To run the cell all the same, write as its first line: //! typecheck warn";
const MOST_SHOWN = 10;
const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;
const bold = (text: string): string => `\u001b[1m${text}\u001b[22m`;
const dim = (text: string): string => `\u001b[2m${text}\u001b[22m`;

/** Moves a compiler's diagnostic into the cell's text; undefined where it is about text around the cell. */
export function toCellDiagnostic(diagnostic: ts.Diagnostic, text: string, offset = 0): CellDiagnostic | undefined {
  const start = (diagnostic.start ?? 0) - offset;
  if (start < 0 || start > text.length) return undefined;
  const before = text.slice(0, start).split(/\r\n|\n|\r|\u2028|\u2029/);
  return {
    code: `TS${diagnostic.code}`,
    message: ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"),
    line: before.length,
    column: before.at(-1)!.length + 1,
    length: Math.max(1, diagnostic.length ?? 1),
  };
}

/** The error of a cell that is refused before it runs. */
export function refusal(
  ename: string,
  diagnostics: readonly CellDiagnostic[],
  text: string,
  count: number,
): ErrorContent {
  const [first] = diagnostics;
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : "";
  return {
    ename,
    evalue: `${placeOf(first!, count)}: ${first!.message.split("\n")[0]}${more}`,
    traceback: [...shown(diagnostics, text, count), ...(ename === CHECK_ERROR ? [dim(RUN_ANYWAY)] : [])],
  };
}

/** Diagnostics as lines with colours and code frames. */
export function shown(diagnostics: readonly CellDiagnostic[], text: string, count: number): string[] {
  const lines = diagnostics
    .slice(0, MOST_SHOWN)
    .flatMap((each) => [
      `${bold(red(each.code))}${placeOf(each, count).slice(each.code.length)}: ${each.message}`,
      ...codeFrame(each, text),
    ]);
  const left = diagnostics.length - MOST_SHOWN;
  return left > 0 ? [...lines, dim(`… and ${left} more`)] : lines;
}

const placeOf = ({ code, line, column }: CellDiagnostic, count: number): string =>
  `${code} in cell [${count}] line ${line}:${column}`;

function codeFrame({ line, column, length }: CellDiagnostic, text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/);
  const from = Math.max(1, line - 2);
  const to = Math.min(lines.length, line + 1);
  const width = String(to).length;
  return lines.slice(from - 1, to).flatMap((content, index) => {
    const number = from + index;
    const gutter = `${number === line ? red(">") : " "} ${dim(`${String(number).padStart(width)} |`)} `;
    if (number !== line) return [`${gutter}${content}`];
    const marks = "^".repeat(Math.max(1, Math.min(length, content.length - column + 1)));
    const under = content.slice(0, column - 1).replaceAll(/[^\t]/g, " ");
    return [`${gutter}${content}`, `  ${" ".repeat(width)} ${dim("|")} ${under}${red(marks)}`];
  });
}
