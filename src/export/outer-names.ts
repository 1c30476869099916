import ts from "typescript";

/** How a statement is tied to the rest of its notebook by names. */
export interface OuterNames {
  readonly binds: ReadonlyMap<string, ReadonlySet<"type" | "value">>;
  readonly eager: ReadonlySet<string>;
  readonly lazy: ReadonlySet<string>;
}

/** The symbols of a cell's own top level. */
export const namesInScope = (checker: ts.TypeChecker, file: ts.SourceFile): ReadonlySet<ts.Symbol> =>
  new Set(
    checker
      .getSymbolsInScope(
        file,
        ts.SymbolFlags.Value | ts.SymbolFlags.Type | ts.SymbolFlags.Namespace | ts.SymbolFlags.Alias,
      )
      .filter(({ declarations }) => declarations?.some((each) => each.getSourceFile() === file)),
  );

/**
 * The top-level names that a part of a cell binds, and those it refers to, found by the compiler's own
 * binding: parameters, inner names and shadowing do not count.
 */
export function outerNames(checker: ts.TypeChecker, scope: ReadonlySet<ts.Symbol>, part: ts.Node): OuterNames {
  const binds = new Map<string, ReadonlySet<"type" | "value">>();
  for (const symbol of scope)
    if (symbol.declarations?.some((each) => isInside(each, part))) binds.set(symbol.name, spaces(symbol));
  const eager = new Set<string>();
  const lazy = new Set<string>();
  const visit = (node: ts.Node, later: boolean): void => {
    if (ts.isIdentifier(node) && isReference(node)) {
      const symbol = symbolOf(checker, node);
      const isOuter = !symbol?.declarations || scope.has(symbol);
      if (isOuter && !binds.has(node.text)) (later ? lazy : eager).add(node.text);
      return;
    }
    const inside = later || isErased(node) || isCalledLater(node);
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(part, false);
  return { binds, eager, lazy: new Set([...lazy].filter((name) => !eager.has(name))) };
}

function symbolOf(checker: ts.TypeChecker, node: ts.Identifier): ts.Symbol | undefined {
  if (ts.isShorthandPropertyAssignment(node.parent) && node.parent.name === node)
    return checker.getShorthandAssignmentValueSymbol(node.parent);
  return checker.getSymbolAtLocation(node);
}

/** A type; but `extends Base` of a class is read when the class is made. */
const isErased = (node: ts.Node): boolean =>
  ts.isTypeNode(node) && !(ts.isExpressionWithTypeArguments(node) && ts.isClassLike(node.parent.parent));

/** A function runs later, unless it is called where it stands. */
function isCalledLater(node: ts.Node): boolean {
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return true;
  if (!ts.isFunctionLike(node)) return ts.isPropertyDeclaration(node) && !isStatic(node);
  let at: ts.Node = node;
  while (ts.isParenthesizedExpression(at.parent)) at = at.parent;
  return !(ts.isCallExpression(at.parent) && at.parent.expression === at);
}

const isStatic = (node: ts.PropertyDeclaration): boolean =>
  node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false;

/** False for names of properties, members, labels and of what is being declared. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isMetaProperty(parent)) return parent.name !== node;
  if (ts.isQualifiedName(parent)) return parent.right !== node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isJsxAttribute(parent) || ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return false;
  if (ts.isJsxOpeningLikeElement(parent) || ts.isJsxClosingElement(parent)) return !/^[a-z]/.test(node.text);
  if (ts.isNamedTupleMember(parent) || ts.isTypePredicateNode(parent)) return false;
  return (parent as { name?: ts.Node }).name !== node;
}

const isInside = (node: ts.Node, part: ts.Node): boolean => node.pos >= part.pos && node.end <= part.end;

function spaces({ flags }: ts.Symbol): ReadonlySet<"type" | "value"> {
  const taken = new Set<"type" | "value">();
  if (flags & ts.SymbolFlags.Value) taken.add("value");
  if (flags & ts.SymbolFlags.Type) taken.add("type");
  return taken;
}
