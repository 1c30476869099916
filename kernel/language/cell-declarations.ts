import ts = require("typescript");

import MagicString from "magic-string";

/** The declarations of one cell, as the body of an ambient module. */
export interface CellDeclarations {
  readonly text: string;
  /** Ambient modules of other cells that it refers to. */
  readonly needs: readonly string[];
  /** It adds to global types or to modules. */
  readonly augments: boolean;
}

/** Marks a relative specifier inside an ambient module, where TypeScript refuses relative ones. */
export const FILE_MARK = "cellar-file:";

/** Whether a specifier names the ambient module of a cell. */
export const isCellModule = (specifier: string): boolean => specifier.startsWith("cell [");

/** What later cells see of a cell: TypeScript's own declaration output of a checked file. */
export function cellDeclarations(program: ts.Program, file: ts.SourceFile, augments: boolean): CellDeclarations {
  let text = "";
  // Forced: types that cannot be named become `any`, and that is better than nothing.
  const emit = program.emit as (...all: unknown[]) => ts.EmitResult;
  emit.call(program, file, (_path: string, output: string) => (text = output), undefined, true, undefined, true);
  return { ...asAmbient(text), augments };
}

function asAmbient(text: string): Omit<CellDeclarations, "augments"> {
  const file = ts.createSourceFile("cell.d.ts", text, ts.ScriptTarget.ES2022, false);
  const edits = new MagicString(text);
  const needs = new Set<string>();
  const look = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier && isCellModule(specifier.text)) needs.add(specifier.text);
    else if (specifier && ts.isExternalModuleNameRelative(specifier.text))
      edits.update(specifier.getStart(file) + 1, specifier.end - 1, `${FILE_MARK}${specifier.text}`);
    ts.forEachChild(node, look);
  };
  look(file);
  return { text: edits.toString(), needs: [...needs] };
}

function specifierOf(node: ts.Node): ts.StringLiteral | undefined {
  const specifier =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
      ? node.moduleSpecifier
      : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
        ? node.argument.literal
        : ts.isExternalModuleReference(node)
          ? node.expression
          : undefined;
  return specifier && ts.isStringLiteral(specifier) ? specifier : undefined;
}
