import ts = require("typescript");

import { referencesOf } from "./global-types.js";

/** A top-level name of a cell. */
export interface DeclaredName {
  /** It can be assigned to in later cells. */
  readonly isVariable: boolean;
  /** As editors name it: "const", "function", "class", "interface", "alias" … */
  readonly kind: string;
}

/** A cell as it is written, parsed, with what the rest of the compilation asks of it. */
export interface CellParts {
  readonly text: string;
  readonly file: ts.SourceFile;
  readonly isTsx: boolean;
  readonly syntaxErrors: readonly ts.DiagnosticWithLocation[];
  readonly declared: ReadonlyMap<string, DeclaredName>;
  /** Names that the cell exports itself. */
  readonly exported: ReadonlySet<string>;
  /** Every identifier in the text. */
  readonly identifiers: ReadonlySet<string>;
  /** It adds to global types or to modules. */
  readonly augments: boolean;
  /** Its `/// <reference … />` lines. */
  readonly references: readonly string[];
  /** The last statement is an expression without a semicolon: the cell's value. */
  readonly hasResult: boolean;
  /** The cell without a last semicolon where it is an object literal, which the compiler would take for a block. */
  readonly object: string | undefined;
  /** Level of the type check that the cell itself asks for, as it is written. */
  readonly askedLevel: string | undefined;
}

/** Reads a cell. Text that is no TypeScript but is TSX is read as TSX; with `preferTsx` it is TSX in any case. */
export function cellParts(text: string, preferTsx: boolean): CellParts {
  const parsed = parse(text, preferTsx);
  const object = objectLiteral(text, parsed);
  if (object) return object;
  if (preferTsx || parsed.syntaxErrors.length === 0) return describe(text, parsed);
  const other = parse(text, true);
  return describe(text, other.syntaxErrors.length === 0 ? other : parsed);
}

/** What goes around an object literal for the compiler. */
export const OBJECT_START = "(";
export const OBJECT_END = "\n)";

/** A cell that is an object literal from its first brace to its last, as consoles read it; a block stays a block. */
function objectLiteral(text: string, { file, isTsx, syntaxErrors }: Parsed): CellParts | undefined {
  const [first, ...others] = file.statements;
  if (!first || !ts.isBlock(first)) return undefined;
  const ending = /\s*;\s*$/.exec(text);
  if (ending && syntaxErrors.length === 0) return undefined;
  if (others.length > 0 && syntaxErrors.length === 0) return undefined;
  const object = ending ? text.slice(0, ending.index) : text;
  const parsed = parse(`${OBJECT_START}${object}${OBJECT_END}`, isTsx);
  const [only, ...more] = parsed.file.statements;
  const isLiteral =
    only !== undefined &&
    more.length === 0 &&
    parsed.syntaxErrors.length === 0 &&
    ts.isExpressionStatement(only) &&
    ts.isParenthesizedExpression(only.expression) &&
    ts.isObjectLiteralExpression(only.expression.expression);
  if (!isLiteral) return undefined;
  const level = askedLevel(text.slice(0, first.getStart(file)));
  return { ...describe(text, parsed), object, hasResult: ending === null, askedLevel: level };
}

interface Parsed {
  readonly file: ts.SourceFile;
  readonly isTsx: boolean;
  readonly syntaxErrors: readonly ts.DiagnosticWithLocation[];
}

function parse(text: string, isTsx: boolean): Parsed {
  const file = ts.createSourceFile(
    isTsx ? "cell.tsx" : "cell.ts",
    text,
    { languageVersion: ts.ScriptTarget.ES2022, impliedNodeFormat: ts.ModuleKind.ESNext, setExternalModuleIndicator },
    false,
    isTsx ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  );
  // Not in the public types, though every tool that parses reads it.
  const { parseDiagnostics } = file as unknown as { parseDiagnostics: readonly ts.DiagnosticWithLocation[] };
  return { file, isTsx, syntaxErrors: parseDiagnostics };
}

/** A cell is a module even without `import`, so that `await` is a keyword at its top. */
function setExternalModuleIndicator(file: ts.SourceFile): void {
  (file as unknown as { externalModuleIndicator: unknown }).externalModuleIndicator = true;
}

function describe(text: string, parsed: Parsed): CellParts {
  const { file } = parsed;
  const declared = new Map<string, DeclaredName>();
  const exported = new Set<string>();
  const identifiers = new Set<string>();
  for (const statement of file.statements) declare(statement, declared, exported);
  const look = (node: ts.Node, inFunction: boolean): void => {
    if (ts.isIdentifier(node)) identifiers.add(node.text);
    if (!inFunction && ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.BlockScoped))
      for (const { name } of node.declarations) declareNames(name, { isVariable: true, kind: "var" }, declared);
    ts.forEachChild(node, (child) => look(child, inFunction || ts.isFunctionLike(node) || ts.isModuleBlock(node)));
  };
  look(file, false);
  const last = file.statements.at(-1);
  return {
    ...parsed,
    text,
    declared,
    exported,
    identifiers,
    object: undefined,
    augments: file.statements.some((each) => ts.isModuleDeclaration(each) && !isNamespace(each)),
    references: referencesOf(file),
    hasResult:
      last !== undefined &&
      (ts.isExpressionStatement(last) || (ts.isExportAssignment(last) && !last.isExportEquals)) &&
      !text.slice(0, last.end).endsWith(";"),
    askedLevel: askedLevel(text.slice(0, file.statements[0]?.getStart(file) ?? text.length)),
  };
}

function askedLevel(head: string): string | undefined {
  if (/^\s*\/\/\s*@ts-nocheck\b/m.test(head)) return "off";
  return /^\s*\/\/!\s*typecheck\b:?[ \t]*(\S*)/m.exec(head)?.[1];
}

const isNamespace = (node: ts.ModuleDeclaration): boolean =>
  ts.isIdentifier(node.name) && !(node.flags & ts.NodeFlags.GlobalAugmentation);

function declare(statement: ts.Statement, declared: Map<string, DeclaredName>, exported: Set<string>): void {
  const add = (name: ts.Identifier | undefined, kind: string): void => {
    if (name) declared.set(name.text, { isVariable: false, kind });
  };
  if (ts.isVariableStatement(statement)) {
    const { flags, declarations } = statement.declarationList;
    const kind = flags & ts.NodeFlags.Let ? "let" : flags & ts.NodeFlags.BlockScoped ? "const" : "var";
    for (const { name } of declarations) declareNames(name, { isVariable: kind !== "const", kind }, declared);
  } else if (ts.isFunctionDeclaration(statement)) add(statement.name, "function");
  else if (ts.isClassDeclaration(statement)) add(statement.name, "class");
  else if (ts.isInterfaceDeclaration(statement)) add(statement.name, "interface");
  else if (ts.isTypeAliasDeclaration(statement)) add(statement.name, "type");
  else if (ts.isEnumDeclaration(statement)) add(statement.name, "enum");
  else if (ts.isModuleDeclaration(statement) && isNamespace(statement)) add(statement.name as ts.Identifier, "module");
  else if (ts.isImportEqualsDeclaration(statement)) add(statement.name, "alias");
  else if (ts.isImportDeclaration(statement)) {
    const { name, namedBindings } = statement.importClause ?? {};
    add(name, "alias");
    if (namedBindings && ts.isNamespaceImport(namedBindings)) add(namedBindings.name, "alias");
    if (namedBindings && ts.isNamedImports(namedBindings))
      for (const element of namedBindings.elements) add(element.name, "alias");
  } else if (ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause)) {
    for (const element of statement.exportClause.elements) exported.add(element.name.text);
  }
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  const has = (kind: ts.SyntaxKind) => modifiers.some((modifier) => modifier.kind === kind);
  if (!has(ts.SyntaxKind.ExportKeyword) || has(ts.SyntaxKind.DefaultKeyword)) return;
  if (ts.isVariableStatement(statement)) {
    const own = new Map<string, DeclaredName>();
    for (const { name } of statement.declarationList.declarations)
      declareNames(name, { isVariable: true, kind: "let" }, own);
    for (const name of own.keys()) exported.add(name);
  } else if ("name" in statement && statement.name) exported.add((statement.name as ts.Identifier).text);
}

function declareNames(name: ts.BindingName, as: DeclaredName, declared: Map<string, DeclaredName>): void {
  if (ts.isIdentifier(name)) declared.set(name.text, as);
  else for (const element of name.elements) if (ts.isBindingElement(element)) declareNames(element.name, as, declared);
}
