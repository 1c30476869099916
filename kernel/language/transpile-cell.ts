import ts = require("typescript");

import remapping from "@jridgewell/remapping";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import MagicString from "magic-string";
import { type CellScript, cellScript } from "../../src/source/cell-script.js";
import type { EarlierNames } from "../../src/source/noted-functions.js";
import type { CellDiagnostic } from "./cell-diagnostics.js";
import { type CellParts, OBJECT_END, OBJECT_START } from "./cell-parts.js";
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
  const { object } = parts;
  const text = object === undefined ? parts.text : `${OBJECT_START}${object}${OBJECT_END}`;
  const moved = object === undefined ? constants : movedBy(OBJECT_START.length, constants);
  const { outputText, sourceMapText } = ts.transpileModule(text, {
    compilerOptions: options,
    fileName: parts.isTsx ? `${filename}x` : filename,
    transformers: { before: [requireImports, ...(moved.size > 0 ? [insertConstants(moved)] : [])] },
  });
  const code = outputText.replace(/^\/\/# sourceMappingURL=.*\n?/m, "");
  if (object === undefined || sourceMapText === undefined) return { code, map: sourceMapText };
  const around = new MagicString(parts.text).prepend(OBJECT_START);
  const toCell = around.generateMap({ source: filename, hires: "boundary", includeContent: true }).toString();
  const map = remapping(sourceMapText, (_source, context) => (context.depth === 1 ? toCell : null)).toString();
  return { code, map };
}

const movedBy = (by: number, constants: CheckedCell["constants"]): CheckedCell["constants"] =>
  new Map([...constants].map(([start, { end, value }]) => [start + by, { end: end + by, value }]));

/** `import x = require("x")` is CommonJS's, which the compiler drops from a module: a cell has `require`. */
const requireImports: ts.TransformerFactory<ts.SourceFile> =
  ({ factory }) =>
  (file) =>
    factory.updateSourceFile(
      file,
      file.statements.map((statement) => {
        if (!ts.isImportEqualsDeclaration(statement) || statement.isTypeOnly) return statement;
        if (!ts.isExternalModuleReference(statement.moduleReference)) return statement;
        const { expression } = statement.moduleReference;
        const call = factory.createCallExpression(factory.createIdentifier("require"), undefined, [expression]);
        const declaration = factory.createVariableDeclaration(statement.name, undefined, undefined, call);
        const list = factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const);
        return ts.setTextRange(factory.createVariableStatement(undefined, list), statement);
      }),
    );

/** What only the JavaScript parser refuses, such as `return` at the top, at its place in the cell. */
function toDiagnostic(error: SyntaxError & { pos?: number }, js: string, map: string | undefined): CellDiagnostic {
  const before = js.slice(0, error.pos ?? 0).split("\n");
  const at = { line: before.length, column: before.at(-1)!.length };
  const found = map === undefined ? at : originalPositionFor(new TraceMap(map), at);
  const message = error.message.replace(/ \(\d+:\d+\)$/, "");
  return { code: "SyntaxError", message, line: found.line ?? 1, column: (found.column ?? 0) + 1, length: 1 };
}
