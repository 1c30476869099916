import ts from "typescript";
import { type Cell, tagsOf } from "./notebook.js";
import type { ParameterType } from "./parameter-type.js";

/** A variable of the `parameters` cell. */
export interface DeclaredParameter {
  readonly name: string;
  readonly type: ParameterType;
  /** Its annotation as written; "" without one. */
  readonly annotation: string;
  /** A literal of the value is assignable to the annotation only as such: an enum, a branded text. */
  readonly needsCast: boolean;
}

const FILE = "/parameters.ts";
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  noResolve: true,
  types: [],
  strict: true,
  noEmit: true,
};
/** What Node brings and the language's library does not. */
const NODE_TYPES = "declare class URL { readonly href: string; constructor(text: string, from?: string | URL); }\n";

/**
 * The variables of the first `parameters` cell with their types, aliases and enums of the cells above it looked
 * through. Undefined where there is no such cell, or where it does not parse.
 */
export function declaredParameters(cells: readonly Cell[]): ReadonlyMap<string, DeclaredParameter> | undefined {
  const code = cells.filter(({ kind }) => kind === "code");
  const index = code.findIndex((cell) => tagsOf(cell).includes("parameters"));
  if (index < 0) return undefined;
  const above = code.slice(0, index).map(({ source }) => source);
  const before = `${[NODE_TYPES, ...above].join("\n;\n")}\n;\n`;
  const text = before + code[index]!.source;
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile } = host;
  const file = ts.createSourceFile(FILE, text, OPTIONS.target!, true);
  host.getSourceFile = (name, ...rest) => (name === FILE ? file : getSourceFile(name, ...rest));
  const program = ts.createProgram([FILE], OPTIONS, host);
  if (program.getSyntacticDiagnostics(file).some(({ start }) => start >= before.length)) return undefined;
  const checker = program.getTypeChecker();
  const found = new Map<string, DeclaredParameter>();
  for (const statement of file.statements)
    if (statement.getStart() >= before.length && ts.isVariableStatement(statement))
      for (const declaration of statement.declarationList.declarations)
        for (const name of namesIn(declaration.name)) found.set(name.text, declared(name, declaration, checker));
  return found;
}

function namesIn(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesIn(element.name) : []));
}

function declared(
  name: ts.Identifier,
  declaration: ts.VariableDeclaration,
  checker: ts.TypeChecker,
): DeclaredParameter {
  const own = declaration.name === name ? declaration : undefined;
  const given = own?.initializer && (defaultOf(own.initializer) ?? own.initializer);
  const asked = own?.type || given === own?.initializer ? name : given!;
  const found = checker.getTypeAtLocation(asked);
  const type = own?.type || !given || !isLiteral(given) ? found : checker.getBaseTypeOfLiteralType(found);
  const members = [...new Set(membersOf(type))];
  const says = own?.type !== undefined || !members.every((member) => member === "null" || member === "undefined");
  return {
    name: name.text,
    type: says ? members : ["any"],
    annotation: own?.type?.getText() ?? "",
    needsCast: own?.type !== undefined && isSpecial(type),
  };
}

/** `parameter("url", { default: … })`: its default. */
function defaultOf(made: ts.Expression): ts.Expression | undefined {
  if (!ts.isCallExpression(made) || !/(^|\.)parameter$/.test(made.expression.getText())) return undefined;
  const [, options] = made.arguments;
  if (!options || !ts.isObjectLiteralExpression(options)) return undefined;
  const property = options.properties.find((each) => each.name?.getText() === "default");
  return property && ts.isPropertyAssignment(property) ? property.initializer : undefined;
}

const isLiteral = (node: ts.Expression): boolean =>
  ts.isLiteralExpression(node) ||
  node.kind === ts.SyntaxKind.TrueKeyword ||
  node.kind === ts.SyntaxKind.FalseKeyword ||
  (ts.isPrefixUnaryExpression(node) && isLiteral(node.operand));

function membersOf(type: ts.Type): string[] {
  const { flags } = type;
  if (flags & ts.TypeFlags.Boolean) return ["boolean"];
  if (type.isUnion()) return type.types.flatMap(membersOf);
  if (type.isStringLiteral()) return [JSON.stringify(type.value)];
  if (type.isNumberLiteral()) return [String(type.value)];
  if (flags & ts.TypeFlags.BigIntLiteral) return [bigintText((type as ts.BigIntLiteralType).value)];
  if (flags & ts.TypeFlags.BooleanLiteral) return [(type as unknown as { intrinsicName: string }).intrinsicName];
  if (flags & ts.TypeFlags.StringLike) return ["string"];
  if (flags & ts.TypeFlags.NumberLike) return ["number"];
  if (flags & ts.TypeFlags.BigIntLike) return ["bigint"];
  if (flags & ts.TypeFlags.Null) return ["null"];
  if (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) return ["undefined"];
  if (type.isIntersection()) return branded(type);
  if (flags & ts.TypeFlags.Object) {
    const name = type.symbol?.name;
    return [name === "Date" || name === "URL" ? name : "json"];
  }
  return ["any"];
}

/** `string & { readonly brand: … }` is a text. */
function branded(type: ts.IntersectionType): string[] {
  const plain = type.types.filter(({ flags }) => !(flags & ts.TypeFlags.Object));
  return plain.length > 0 ? plain.flatMap(membersOf) : ["json"];
}

const bigintText = ({ negative, base10Value }: ts.PseudoBigInt): string => `${negative ? "-" : ""}${base10Value}n`;

function isSpecial(type: ts.Type): boolean {
  if (type.flags & ts.TypeFlags.EnumLike || type.isIntersection()) return true;
  return type.isUnion() && type.types.some(isSpecial);
}
