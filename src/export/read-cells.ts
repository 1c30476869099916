import ts from "typescript";
import type { CellParts, DirectCall, ImportedName, Unit, Variable } from "./cell-unit.js";
import type { Cell } from "./notebook.js";
import { namesInScope, type OuterNames, outerNames } from "./outer-names.js";

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  jsx: ts.JsxEmit.Preserve,
  noLib: true,
  noResolve: true,
  allowJs: false,
};
/** Each cell is a module, whatever stands in it: names of one cell do not resolve to another's. */
const AS_MODULE: ts.CreateSourceFileOptions = {
  languageVersion: ts.ScriptTarget.ESNext,
  setExternalModuleIndicator: (file) => {
    (file as { externalModuleIndicator?: ts.Node }).externalModuleIndicator = file;
  },
};
const DISPLAY_CALLS = /^(console\.\w+|display|clear|progress)$/;

/** Parses all cells into statements as data. @throws {SyntaxError} naming cell and line of what does not parse. */
export function readCells(cells: readonly Cell[]): CellParts {
  const files = new Map(cells.map((cell, index) => [`/cell-${index}.tsx`, parse(cell, `/cell-${index}.tsx`)]));
  const host: ts.CompilerHost = {
    getSourceFile: (name) => files.get(name),
    fileExists: (name) => files.has(name),
    readFile: (name) => files.get(name)?.text,
    writeFile: () => {},
    getDefaultLibFileName: () => "",
    getCurrentDirectory: () => "/",
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
  };
  const checker = ts.createProgram([...files.keys()], OPTIONS, host).getTypeChecker();
  const units: Unit[] = [];
  const imports: ImportedName[] = [];
  [...files.values()].forEach((file, index) => {
    const cell = cells[index]!;
    const scope = namesInScope(checker, file);
    for (const statement of file.statements) {
      if (ts.isImportDeclaration(statement)) imports.push(...importedNames(statement, cell, imports.length));
      else if (ts.isExportDeclaration(statement) || ts.isEmptyStatement(statement)) continue;
      else
        for (const part of separate(statement))
          units.push(readUnit(part, { file, cell, order: units.length, names: outerNames(checker, scope, part.node) }));
    }
  });
  return {
    units,
    imports,
    hasJsx: [...files.values()].some(({ languageVariant }) => languageVariant === ts.LanguageVariant.JSX),
  };
}

function parse(cell: Cell, name: string): ts.SourceFile {
  const variants = [ts.ScriptKind.TS, ts.ScriptKind.TSX]; // `<T>x` is TypeScript, `<b/>` is TSX
  const parsed = variants.map((kind) => ts.createSourceFile(name, cell.source, AS_MODULE, true, kind));
  const clean = parsed.find((file) => syntaxErrors(file).length === 0);
  if (clean) return clean;
  const [error] = syntaxErrors(parsed[0]!);
  const { line } = parsed[0]!.getLineAndCharacterOfPosition(error!.start);
  const message = ts.flattenDiagnosticMessageText(error!.messageText, " ");
  throw new SyntaxError(`Cannot export the cell ${JSON.stringify(cell.id)}: ${message} (line ${line + 1})`);
}

/** Only a program gives them by a public way, and a program per cell and variant would be slow. */
const syntaxErrors = (file: ts.SourceFile): readonly ts.DiagnosticWithLocation[] =>
  (file as unknown as { parseDiagnostics: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics;

/** A statement, or one variable of several that it declares. */
interface Part {
  readonly node: ts.Node;
  readonly statement: ts.Statement;
  readonly first: boolean;
  readonly last: boolean;
}

function separate(statement: ts.Statement): Part[] {
  if (!ts.isVariableStatement(statement)) return [{ node: statement, statement, first: true, last: true }];
  const { declarations } = statement.declarationList;
  return declarations.map((node, index) => ({
    node,
    statement,
    first: index === 0,
    last: index === declarations.length - 1,
  }));
}

interface Surrounding {
  readonly file: ts.SourceFile;
  readonly cell: Cell;
  readonly order: number;
  readonly names: OuterNames;
}

function readUnit({ node, statement, first, last }: Part, { file, cell, order, names }: Surrounding): Unit {
  const variable = ts.isVariableDeclaration(node) ? readVariable(node, statement as ts.VariableStatement) : null;
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  const keptModifiers = modifiers
    .filter(({ kind }) => kind !== ts.SyntaxKind.ExportKeyword && kind !== ts.SyntaxKind.DefaultKeyword)
    .map((modifier) => `${modifier.getText()} `)
    .join("");
  const core = variable
    ? `${keptModifiers}${variable.keyword} ${node.getText()};`
    : file.text.slice(afterExport(statement, modifiers), statement.getEnd());
  const calls = directCalls(node);
  return {
    cell,
    order,
    line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1,
    comments: first ? file.text.slice(commentStart(statement, file), statement.getStart()).trim() : "",
    text: last ? core + trailingComment(statement, file) : core,
    kind: kindOf(statement),
    binds: names.binds,
    eager: names.eager,
    lazy: names.lazy,
    calls,
    whole: wholeCall(node),
    creates: creates(node),
    variable,
    shown: isShown(statement, file),
    assigns: assigns(node),
    displaysOnly: calls.length > 0 && calls.every(({ callee }) => DISPLAY_CALLS.test(callee)),
  };
}

function kindOf(statement: ts.Statement): Unit["kind"] {
  if (ts.isVariableStatement(statement)) return "value";
  const isDefinition =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement);
  return isDefinition ? "definition" : "effect";
}

function readVariable(node: ts.VariableDeclaration, statement: ts.VariableStatement): Variable | null {
  if (!ts.isIdentifier(node.name)) return { ...NAMELESS, keyword: keywordOf(statement) };
  const made = node.initializer && bare(node.initializer);
  return {
    keyword: keywordOf(statement),
    name: node.name.text,
    type: node.type?.getText() ?? null,
    initializer: node.initializer?.getText() ?? null,
    madeBy: made && ts.isCallExpression(made) ? dotted(made.expression) : null,
  };
}

/** A pattern such as `{ a, b }`. */
const NAMELESS = { name: "", type: null, initializer: null, madeBy: null };

const keywordOf = ({ declarationList }: ts.VariableStatement): string => declarationList.getText().split(/\s/, 1)[0]!;

/** The expression inside brackets, `await`, `as`, `satisfies` and `!`. */
function bare(node: ts.Expression): ts.Expression {
  if (
    ts.isParenthesizedExpression(node) ||
    ts.isAwaitExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node)
  )
    return bare(node.expression);
  return node;
}

function dotted(node: ts.Expression): string | null {
  if (ts.isIdentifier(node)) return node.text;
  if (!ts.isPropertyAccessExpression(node)) return null;
  const left = dotted(node.expression);
  return left === null ? null : `${left}.${node.name.text}`;
}

function directCalls(node: ts.Node): DirectCall[] {
  const calls: DirectCall[] = [];
  const visit = (each: ts.Node): void => {
    if (ts.isFunctionLike(each)) return;
    if (ts.isCallExpression(each))
      calls.push({
        callee: dotted(each.expression) ?? "",
        args: isInBlock(each, node) ? "" : each.arguments.map((argument) => argument.getText()).join(", "),
        awaited: isAwaited(each),
      });
    ts.forEachChild(each, visit);
  };
  visit(node);
  return calls;
}

function wholeCall(node: ts.Node): DirectCall | null {
  const expression = ts.isVariableDeclaration(node)
    ? node.initializer
    : ts.isExpressionStatement(node)
      ? node.expression
      : undefined;
  const made = expression && bare(expression);
  return made && ts.isCallExpression(made)
    ? (directCalls(expression).find(({ callee }) => callee === dotted(made.expression)) ?? null)
    : null;
}

const creates = (node: ts.Node): boolean =>
  !ts.isFunctionLike(node) &&
  (ts.isNewExpression(node) || (ts.forEachChild(node, (child) => creates(child) || undefined) ?? false));

/** Arguments there may be names that only the block knows. */
function isInBlock(node: ts.Node, unit: ts.Node): boolean {
  for (let at = node.parent; at && at !== unit.parent; at = at.parent)
    if (ts.isBlock(at) || ts.isIterationStatement(at, false)) return true;
  return false;
}

function isAwaited(node: ts.Node): boolean {
  for (let at = node.parent; at && !ts.isStatement(at); at = at.parent) if (ts.isAwaitExpression(at)) return true;
  return false;
}

function assigns(node: ts.Node): boolean {
  if (ts.isFunctionLike(node)) return false;
  if (ts.isDeleteExpression(node)) return true;
  if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) return true;
  if (ts.isPostfixUnaryExpression(node)) return true;
  if (
    ts.isPrefixUnaryExpression(node) &&
    [ts.SyntaxKind.PlusPlusToken, ts.SyntaxKind.MinusMinusToken].includes(node.operator)
  )
    return true;
  return ts.forEachChild(node, (child) => assigns(child) || undefined) ?? false;
}

const isAssignment = (kind: ts.SyntaxKind): boolean =>
  kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;

function isShown(statement: ts.Statement, file: ts.SourceFile): boolean {
  return (
    ts.isExpressionStatement(statement) &&
    statement === file.statements.at(-1) &&
    file.text[statement.getEnd() - 1] !== ";"
  );
}

function importedNames(statement: ts.ImportDeclaration, cell: Cell, order: number): ImportedName[] {
  const clause = statement.importClause;
  const common = {
    cell,
    order,
    module: (statement.moduleSpecifier as ts.StringLiteral).text,
    attributes: statement.attributes?.getText() ?? "",
    typeOnly: clause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
  };
  if (!clause) return [{ ...common, local: null, exported: "" }];
  const bindings = clause.namedBindings;
  return [
    ...(clause.name ? [{ ...common, local: clause.name.text, exported: "default" }] : []),
    ...(bindings && ts.isNamespaceImport(bindings)
      ? [{ ...common, local: bindings.name.text, exported: "*" }]
      : (bindings?.elements ?? []).map(({ name, propertyName, isTypeOnly }) => ({
          ...common,
          local: name.text,
          exported: (propertyName ?? name).text,
          typeOnly: common.typeOnly || isTypeOnly,
        }))),
  ];
}

/** Behind `export` and `default`: what an exported script exports is its own choice. */
function afterExport(statement: ts.Statement, modifiers: readonly ts.ModifierLike[]): number {
  const ends = modifiers
    .filter(({ kind }) => kind === ts.SyntaxKind.ExportKeyword || kind === ts.SyntaxKind.DefaultKeyword)
    .map((modifier) => modifier.getEnd());
  if (ends.length === 0) return statement.getStart();
  const from = Math.max(...ends);
  return from + /^\s*/.exec(statement.getSourceFile().text.slice(from))![0].length;
}

function commentStart(statement: ts.Statement, file: ts.SourceFile): number {
  const behindPrevious = trailingEnd(statement.getFullStart(), file);
  const [first] = (ts.getLeadingCommentRanges(file.text, statement.getFullStart()) ?? []).filter(
    ({ pos }) => pos >= behindPrevious,
  );
  return first?.pos ?? statement.getStart();
}

/** End of the comments on the line of `position`: they belong to the statement before. */
const trailingEnd = (position: number, file: ts.SourceFile): number =>
  position === 0 ? 0 : (ts.getTrailingCommentRanges(file.text, position)?.at(-1)?.end ?? position);

function trailingComment(statement: ts.Statement, file: ts.SourceFile): string {
  const end = statement.getEnd();
  const text = file.text.slice(end, trailingEnd(end, file)).trim();
  return text === "" ? "" : ` ${text}`;
}
