import ts = require("typescript");

/** An expression that means a member of a const enum, in the cell's own text. */
export interface ConstantUse {
  readonly end: number;
  readonly value: string | number;
}

/** Whether a symbol is a const enum that no module has at run time: the declarations of a package name it alone. */
export const isAmbientConstEnum = ({ flags, declarations = [] }: ts.Symbol): boolean =>
  (flags & ts.SymbolFlags.ConstEnum) !== 0 && declarations.every((each) => each.getSourceFile().isDeclarationFile);

/** The uses of ambient const enums in a cell, by the start of the expression. Looked for where a file has such enums at all. */
export function constantsIn(
  checker: ts.TypeChecker,
  file: ts.SourceFile,
  offset: number,
  length: number,
): ReadonlyMap<number, ConstantUse> {
  const found = new Map<number, ConstantUse>();
  const look = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
      const start = node.getStart(file) - offset;
      const value = start >= 0 && start < length ? constantOf(checker, node) : undefined;
      if (value !== undefined) {
        found.set(start, { end: node.end - offset, value });
        return;
      }
    }
    ts.forEachChild(node, look);
  };
  look(file);
  return found;
}

function constantOf(
  checker: ts.TypeChecker,
  node: ts.PropertyAccessExpression | ts.ElementAccessExpression,
): string | number | undefined {
  const value = checker.getConstantValue(node);
  if (value === undefined) return undefined;
  const symbol = checker.getSymbolAtLocation(node.expression);
  const owner = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return owner && isAmbientConstEnum(owner) ? value : undefined;
}

/** Puts values in the place of const enum members while a cell is compiled. */
export function insertConstants(constants: ReadonlyMap<number, ConstantUse>): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => {
    const visit = (node: ts.Node): ts.Node => {
      const use = node.pos >= 0 ? constants.get(node.getStart(file)) : undefined;
      const isUse =
        use?.end === node.end && (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node));
      return isUse ? literal(context.factory, use.value) : ts.visitEachChild(node, visit, context);
    };
    return ts.visitEachChild(file, visit, context);
  };
}

function literal(factory: ts.NodeFactory, value: string | number): ts.Expression {
  if (typeof value === "string") return factory.createStringLiteral(value);
  if (value >= 0) return factory.createNumericLiteral(value);
  const negative = factory.createPrefixUnaryExpression(ts.SyntaxKind.MinusToken, factory.createNumericLiteral(-value));
  return factory.createParenthesizedExpression(negative);
}
