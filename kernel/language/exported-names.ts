import ts = require("typescript");

/** Exported name → what it is, as editors name it: "function", "class", "interface" … */
export type ExportedNames = ReadonlyMap<string, string>;

/** How re-exports are followed. */
export interface Following {
  readonly locate: (specifier: string, from: string) => string | undefined;
  readonly read: (path: string) => string | undefined;
}

/** A package that exports more by way of other files is known in part. */
const MOST_FILES = 200;

/** What a module exports, read from its text alone: no types are looked at. */
export function exportedNames(path: string, following: Following, seen = new Set<string>()): ExportedNames {
  const found = new Map<string, string>();
  if (seen.has(path) || seen.size >= MOST_FILES) return found;
  seen.add(path);
  const text = following.read(path);
  if (text === undefined) return found;
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, false);
  const follow = (specifier: string): ExportedNames => {
    const target = following.locate(specifier, path);
    return target === undefined ? new Map() : exportedNames(target, following, seen);
  };
  collectExports(file.statements, follow, found);
  return found;
}

/**
 * Adds what statements export, those of a file or of an ambient module.
 * @param isAmbient all that is declared is exported, unless something says what is.
 */
export function collectExports(
  statements: readonly ts.Statement[],
  follow: (specifier: string) => ExportedNames,
  found: Map<string, string>,
  isAmbient = false,
): void {
  const local = new Map<string, string>();
  const members = new Map<string, ts.ModuleDeclaration[]>();
  for (const statement of statements) {
    for (const [name, kind] of declaredIn(statement)) if (!local.has(name)) local.set(name, kind);
    if (ts.isModuleDeclaration(statement))
      members.set(statement.name.text, [...(members.get(statement.name.text) ?? []), statement]);
  }
  if (isAmbient && !statements.some(ts.isExportAssignment)) for (const [name, kind] of local) found.set(name, kind);
  for (const statement of statements) {
    if (hasModifier(statement, ts.SyntaxKind.ExportKeyword)) {
      const isDefault = hasModifier(statement, ts.SyntaxKind.DefaultKeyword);
      for (const [name, kind] of declaredIn(statement)) found.set(isDefault ? "default" : name, kind);
    } else if (ts.isExportDeclaration(statement)) collectList(statement, local, follow, found);
    else if (ts.isExportAssignment(statement)) {
      const name = ts.isIdentifier(statement.expression) ? statement.expression.text : "";
      found.set("default", local.get(name) ?? "const");
      const other = statement.isExportEquals ? requiredAs(name, statements) : undefined; // export = of another module
      for (const [each, kind] of other === undefined ? [] : follow(other)) found.set(each, kind);
      for (const { body } of statement.isExportEquals ? (members.get(name) ?? []) : [])
        if (body && ts.isModuleBlock(body)) collectExports(body.statements, follow, found, true);
      if (statement.isExportEquals) for (const [each, kind] of membersOf(name, statements)) found.set(each, kind);
    }
  }
}

/** What a constant has by its interface: `const path: path.PlatformPath; export = path`. */
function membersOf(name: string, statements: readonly ts.Statement[]): (readonly [name: string, kind: string])[] {
  const declarations = statements.filter(ts.isVariableStatement).flatMap((each) => each.declarationList.declarations);
  const type = declarations.find((each) => ts.isIdentifier(each.name) && each.name.text === name)?.type;
  if (!type || !ts.isTypeReferenceNode(type)) return [];
  const wanted = ts.isQualifiedName(type.typeName) ? type.typeName.right.text : type.typeName.text;
  const inside = statements
    .filter(ts.isModuleDeclaration)
    .flatMap(({ body }) => (body && ts.isModuleBlock(body) ? body.statements : []));
  const found = [...statements, ...inside]
    .filter(ts.isInterfaceDeclaration)
    .filter((each) => each.name.text === wanted);
  return found
    .flatMap(({ members }) => [...members])
    .flatMap(({ name: member, kind }) =>
      member && ts.isIdentifier(member)
        ? [[member.text, kind === ts.SyntaxKind.MethodSignature ? "function" : "const"] as const]
        : [],
    );
}

/** The module that `import name = require("…")` means. */
function requiredAs(name: string, statements: readonly ts.Statement[]): string | undefined {
  for (const statement of statements) {
    const isIt = ts.isImportEqualsDeclaration(statement) && statement.name.text === name;
    if (!isIt || !ts.isExternalModuleReference(statement.moduleReference)) continue;
    const { expression } = statement.moduleReference;
    if (ts.isStringLiteral(expression)) return expression.text;
  }
  return undefined;
}

function collectList(
  { exportClause, moduleSpecifier }: ts.ExportDeclaration,
  local: ReadonlyMap<string, string>,
  follow: (specifier: string) => ExportedNames,
  found: Map<string, string>,
): void {
  const from = moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? follow(moduleSpecifier.text) : undefined;
  if (!exportClause) {
    for (const [name, kind] of from ?? []) if (name !== "default" && !found.has(name)) found.set(name, kind);
  } else if (ts.isNamespaceExport(exportClause)) found.set(exportClause.name.text, "module");
  else
    for (const { name, propertyName } of exportClause.elements) {
      const original = (propertyName ?? name).text;
      found.set(name.text, (from ?? local).get(original) ?? "const");
    }
}

function declaredIn(statement: ts.Statement): (readonly [name: string, kind: string])[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) =>
      ts.isIdentifier(name) ? [[name.text, "const"] as const] : [],
    );
  const kind = KINDS[statement.kind];
  if (kind === undefined) return [];
  const { name } = statement as ts.DeclarationStatement;
  return [[name && ts.isIdentifier(name) ? name.text : "default", kind]];
}

const KINDS: { readonly [kind: number]: string } = {
  [ts.SyntaxKind.FunctionDeclaration]: "function",
  [ts.SyntaxKind.ClassDeclaration]: "class",
  [ts.SyntaxKind.InterfaceDeclaration]: "interface",
  [ts.SyntaxKind.TypeAliasDeclaration]: "type",
  [ts.SyntaxKind.EnumDeclaration]: "enum",
  [ts.SyntaxKind.ModuleDeclaration]: "module",
};

const hasModifier = (statement: ts.Statement, kind: ts.SyntaxKind): boolean =>
  ts.canHaveModifiers(statement) && (ts.getModifiers(statement) ?? []).some((modifier) => modifier.kind === kind);
