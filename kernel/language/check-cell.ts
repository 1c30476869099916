import ts = require("typescript");

import { type CellDiagnostic, toCellDiagnostic } from "./cell-diagnostics.js";
import type { CellParts } from "./cell-parts.js";
import type { OpenCell } from "./cell-program.js";
import { inCellWords, ofEarlierName } from "./cell-words.js";
import { type ConstantUse, constantsIn, isAmbientConstEnum } from "./const-enums.js";
import { versionWarnings, withImportsAsRun } from "./import-problems.js";
import { isUnannotated } from "./unannotated.js";

export interface CheckedCell {
  readonly diagnostics: readonly CellDiagnostic[];
  /** What is to be said although the cell runs. */
  readonly warnings: readonly string[];
  /** Imported names that mean types only. */
  readonly typeImports: ReadonlySet<string>;
  /** Members of packages' const enums that the cell uses: start of the expression in the cell's text → value. */
  readonly constants: ReadonlyMap<number, ConstantUse>;
  /** The program of the check, for the cell's declarations. */
  readonly program: ts.Program;
  readonly file: ts.SourceFile;
}

/** What is no mistake in a cell, though it would be one in a file. */
const ALLOWED: ReadonlySet<number> = new Set([
  2695, // the left side of a comma is unused
  7016, // a package without types: it runs all the same
  1202, // `import x = require()` in a module: a cell has `require`
  1208, // not a module
  1375,
  1378,
  1432, // top-level await wants other options
  1543,
  1544, // JSON without an attribute, or by name
  1484,
  1485, // a type imported without `type`: dropped when compiled
]);

/**
 * Type-checks a cell that is open in the compiler.
 * @param isLoose what only wants annotations is no mistake.
 * @param kindOf what an earlier cell declared a name as; undefined for names of no earlier cell.
 */
export function checkCell(
  { program: programOf, path, offset, imports, folder }: OpenCell,
  parts: CellParts,
  kindOf: (name: string) => string | undefined,
  isLoose: boolean,
): CheckedCell {
  const program = programOf();
  const file = program.getSourceFile(path)!;
  const inWords = (diagnostic: ts.Diagnostic): ts.Diagnostic => {
    const words = inCellWords(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"), path);
    const [code, messageText] = ofEarlierName(diagnostic.code, words, kindOf);
    return { ...diagnostic, code, messageText };
  };
  const types = typeImports(program.getTypeChecker(), file, offset);
  const said = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].filter(
    ({ code, category, messageText }) =>
      category === ts.DiagnosticCategory.Error &&
      !ALLOWED.has(code) &&
      !(isLoose && isUnannotated(code, ts.flattenDiagnosticMessageText(messageText, "\n"))),
  );
  return {
    diagnostics: [...withImportsAsRun(file, said, types, imports, folder)]
      .sort((a, b) => (a.start ?? 0) - (b.start ?? 0))
      .map((each) => toCellDiagnostic(inWords(each), parts.text, offset))
      .filter((each) => each !== undefined),
    warnings: versionWarnings(file, folder),
    typeImports: types,
    constants: constantsIn(program.getTypeChecker(), file, offset, parts.text.length),
    program,
    file,
  };
}

function typeImports(checker: ts.TypeChecker, file: ts.SourceFile, offset: number): ReadonlySet<string> {
  const found = new Set<string>();
  for (const statement of file.statements) {
    if (statement.pos < offset - 1 || !ts.isImportDeclaration(statement)) continue;
    const { name, namedBindings } = statement.importClause ?? {};
    const elements = namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements : [];
    for (const local of [name, ...elements.map((element) => element.name)]) {
      const symbol = local && checker.getSymbolAtLocation(local);
      if (!symbol || !(symbol.flags & ts.SymbolFlags.Alias)) continue;
      const { flags } = checker.getAliasedSymbol(symbol);
      // An ambient const enum is nothing at run time: its members are put in as values.
      const isConstEnum = isAmbientConstEnum(checker.getAliasedSymbol(symbol));
      const isKnown = isConstEnum || (flags & ~(ts.SymbolFlags.Transient | ts.SymbolFlags.Property)) !== 0;
      if (isKnown && (isConstEnum || !(flags & ts.SymbolFlags.Value))) found.add(local.text);
    }
  }
  return found;
}
