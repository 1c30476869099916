import ts from "typescript";
import { fromPercentScript } from "./percent-script.js";

/**
 * Whether two scripts say the same, whatever a formatter did: layout, quotes, semicolons, brackets that change
 * nothing, the order of imports, and the places of comments do not count; what comments say does.
 */
export function sameScript(a: string, b: string, format: "clean" | "percent"): boolean {
  return format === "clean" ? sameCode(a, b) : samePercent(a, b);
}

function samePercent(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => fromPercentScript(text.replaceAll("\r\n", "\n")));
  const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
  if (!isSame(left!.metadata, right!.metadata) || left!.cells.length !== right!.cells.length) return false;
  return left!.cells.every((cell, index) => {
    const other = right!.cells[index]!;
    const { source, ...rest } = cell;
    const { source: otherSource, ...otherRest } = other;
    if (!isSame(rest, otherRest)) return false;
    return cell.kind === "code" ? sameCode(source, otherSource) : source.trim() === otherSource.trim();
  });
}

function sameCode(a: string, b: string): boolean {
  if (a.trim() === b.trim()) return true;
  const [left, right] = [normalForm(a), normalForm(b)];
  return left !== undefined && left === right;
}

/** Code as a tree in one line, and the words of its comments; undefined where it does not parse. */
function normalForm(text: string): string | undefined {
  const kinds = [ts.ScriptKind.TS, ts.ScriptKind.TSX]; // `<T>x` is TypeScript, `<b/>` is TSX
  for (const kind of kinds) {
    const file = ts.createSourceFile("script.tsx", text, ts.ScriptTarget.ESNext, true, kind);
    const { parseDiagnostics } = file as unknown as { parseDiagnostics: readonly unknown[] };
    if (parseDiagnostics.length === 0) return `${treeOf(file, file)}\n${commentsOf(file)}`;
  }
  return undefined;
}

/** Marks whose place the kinds of the nodes around them say; formatters add and drop them. */
const MARKS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.SemicolonToken,
  ts.SyntaxKind.CommaToken,
  ts.SyntaxKind.OpenParenToken,
  ts.SyntaxKind.CloseParenToken,
  ts.SyntaxKind.BarToken,
  ts.SyntaxKind.AmpersandToken,
  ts.SyntaxKind.EndOfFileToken,
]);

function treeOf(node: ts.Node, file: ts.SourceFile): string {
  if (ts.isParenthesizedExpression(node)) return treeOf(node.expression, file);
  if (ts.isParenthesizedTypeNode(node)) return treeOf(node.type, file);
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return JSON.stringify(node.text);
  if (ts.isNumericLiteral(node)) return String(Number(node.text));
  if (ts.isJsxText(node)) return JSON.stringify(node.text.replace(/\s+/g, " ").trim());
  const children = node.getChildren(file);
  if (children.length === 0) return isDropped(node) ? "" : node.getText(file);
  const parts = children.filter((child) => !ts.isJSDoc(child)).map((child) => treeOf(child, file));
  if (ts.isSourceFile(node)) return parts.join("");
  if (node.kind === ts.SyntaxKind.SyntaxList && ts.isSourceFile(node.parent)) return importsFirst(children, parts);
  if (ts.isNamedImports(node)) return `{${node.elements.map((each) => treeOf(each, file)).sort()}}`;
  const told = parts.filter((part) => part !== "");
  return `(${node.kind === ts.SyntaxKind.SyntaxList ? "" : node.kind} ${told.join(" ")})`;
}

/** An operator `|` or `&` stands in an expression; elsewhere these part the members of a type. */
const isDropped = (node: ts.Node): boolean =>
  MARKS.has(node.kind) && !(ts.isBinaryExpression(node.parent) && node.parent.operatorToken === node);

/** The statements of a file, its imports sorted: formatters do that as well. */
function importsFirst(statements: readonly ts.Node[], parts: readonly string[]): string {
  const told = parts.filter((part) => part !== "");
  const isImport = new Set(parts.filter((_, index) => ts.isImportDeclaration(statements[index]!)));
  return [...told.filter((part) => isImport.has(part)).sort(), ...told.filter((part) => !isImport.has(part))].join(
    "\n",
  );
}

/** What comments say, by line and in the order of the words: a formatter may move them. */
function commentsOf(file: ts.SourceFile): string {
  const found = new Map<number, string>();
  const take = (ranges: readonly ts.CommentRange[] | undefined): void => {
    for (const { pos, end } of ranges ?? []) found.set(pos, file.text.slice(pos, end));
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) return;
    const children = node.getChildren(file);
    take(ts.getLeadingCommentRanges(file.text, node.getFullStart()));
    take(ts.getTrailingCommentRanges(file.text, node.getEnd()));
    for (const child of children) visit(child);
  };
  visit(file);
  const lines = [...found.values()].flatMap((text) => text.split(/\r\n|[\n\r\u2028\u2029]/));
  const words = lines.map((line) =>
    line
      .replace(/^\s*(?:\/\/+|\/\*+|\*(?!\/))?/, "")
      .replace(/\*\/$/, "")
      .trim(),
  );
  return words
    .filter((line) => line !== "")
    .sort()
    .join("\n");
}
