import ts = require("typescript");

/**
 * Declarations for what plain JavaScript leaves out: fields that the methods of a top-level class assign and nobody
 * declared, as interfaces that merge with the classes. To be put behind the cell's text.
 */
export function impliedMembers({ statements, text }: ts.SourceFile): string {
  return statements
    .filter(ts.isClassDeclaration)
    .map((declaration) => membersOf(declaration, text))
    .join("");
}

function membersOf(declaration: ts.ClassDeclaration, text: string): string {
  const { name, members, modifiers = [], typeParameters } = declaration;
  const isExported = modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  const isDefault = modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
  if (!name || isDefault) return "";
  const declared = new Set(members.flatMap(namesOf));
  const assigned = new Set<string>();
  for (const member of members)
    if (!ts.canHaveModifiers(member) || !ts.getModifiers(member)?.some(isStatic)) findAssigned(member, assigned);
  const implied = [...assigned].filter((each) => !declared.has(each));
  if (implied.length === 0) return "";
  const parameters = typeParameters ? `<${text.slice(typeParameters.pos, typeParameters.end)}>` : "";
  const fields = implied.map((each) => `${each}: any;`).join(" ");
  return `\n;${isExported ? "export " : ""}interface ${name.text}${parameters} { ${fields} }`;
}

const isStatic = ({ kind }: ts.Modifier): boolean => kind === ts.SyntaxKind.StaticKeyword;

function namesOf(member: ts.ClassElement): readonly string[] {
  if (ts.isConstructorDeclaration(member))
    return member.parameters
      .filter((parameter) => ts.isParameterPropertyDeclaration(parameter, member))
      .map((parameter) => (ts.isIdentifier(parameter.name) ? parameter.name.text : ""));
  return member.name && (ts.isIdentifier(member.name) || ts.isStringLiteral(member.name)) ? [member.name.text] : [];
}

/** `this.name = …`, in arrow functions too; a function of its own has another `this`. */
function findAssigned(node: ts.Node, found: Set<string>): void {
  if (ts.isClassLike(node) || ts.isFunctionExpression(node) || ts.isFunctionDeclaration(node)) return;
  if (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
    ts.isPropertyAccessExpression(node.left) &&
    node.left.expression.kind === ts.SyntaxKind.ThisKeyword &&
    ts.isIdentifier(node.left.name)
  )
    found.add(node.left.name.text);
  ts.forEachChild(node, (child) => findAssigned(child, found));
}
