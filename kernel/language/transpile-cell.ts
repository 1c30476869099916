import ts = require("typescript");

import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { type CellScript, cellScript } from "../../src/source/cell-script.js";
import type { EarlierNames } from "../../src/source/noted-functions.js";
import type { CellDiagnostic } from "./cell-diagnostics.js";
import type { CellParts } from "./cell-parts.js";
import type { CheckedCell } from "./check-cell.js";
import { type ConstantUse, insertConstants } from "./const-enums.js";
import { type JavaScript, plainJavaScript } from "./plain-javascript.js";

const UNCHECKED = { typeImports: new Set<string>(), constants: new Map<number, ConstantUse>() };

/** Makes a cell's script: types stripped, then rewritten onto the scope object. */
export function transpileCell(
  parts: CellParts,
  options: ts.CompilerOptions,
  filename: string,
  earlier: EarlierNames,
  { typeImports, constants }: Pick<CheckedCell, "typeImports" | "constants"> = UNCHECKED,
): CellScript | { readonly diagnostic: CellDiagnostic } {
  const plain = constants.size === 0 ? plainJavaScript(parts, options, filename) : undefined;
  const { code: js, map } = plain ?? compiled(parts, options, filename, constants);
  try {
    return cellScript(js, {
      filename,
      ...(map === undefined ? {} : { map }),
      hasResult: parts.hasResult,
      earlier,
      declared: new Set(parts.declared.keys()),
      typeImports,
    });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { diagnostic: toDiagnostic(error as SyntaxError & { pos?: number }, js, map) };
  }
}

function compiled(
  parts: CellParts,
  options: ts.CompilerOptions,
  filename: string,
  constants: CheckedCell["constants"],
): JavaScript {
  const { outputText, sourceMapText } = ts.transpileModule(parts.text, {
    compilerOptions: options,
    fileName: parts.isTsx ? `${filename}x` : filename,
    ...(constants.size > 0 && { transformers: { before: [insertConstants(constants)] } }),
  });
  return { code: outputText.replace(/^\/\/# sourceMappingURL=.*\n?/m, ""), map: sourceMapText };
}

/** What only the JavaScript parser refuses, such as `return` at the top, at its place in the cell. */
function toDiagnostic(error: SyntaxError & { pos?: number }, js: string, map: string | undefined): CellDiagnostic {
  const before = js.slice(0, error.pos ?? 0).split("\n");
  const at = { line: before.length, column: before.at(-1)!.length };
  const found = map === undefined ? at : originalPositionFor(new TraceMap(map), at);
  const message = error.message.replace(/ \(\d+:\d+\)$/, "");
  return { code: "SyntaxError", message, line: found.line ?? 1, column: (found.column ?? 0) + 1, length: 1 };
}
