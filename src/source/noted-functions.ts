import type { AnyNode } from "acorn";
import { usesLexicalThis } from "./function-names.js";
import { isFunction } from "./module-note.js";
import { normalForm } from "./normal-form.js";
import { isImported, outerReferences, type ParsedModule, visit } from "./parsed-module.js";

/** A function or class whose source is kept beside it at run time. */
export interface NotedFunction {
  /** A declaration is noted by name; anything else where it stands. */
  readonly node: AnyNode;
  readonly text: string;
  /** Names that the text refers to, with where they come from. */
  readonly references: readonly { readonly name: string; readonly from: "top" | "local" | "earlier" }[];
  /** Local name → "specifier#export". */
  readonly imports: { readonly [name: string]: string };
}

/** Names that code outside the module gives it. */
export interface EarlierNames {
  /** Names that earlier cells declared. */
  readonly values: ReadonlySet<string>;
  /** What earlier cells imported: local name → "specifier#export". */
  readonly imports: ReadonlyMap<string, string>;
  /** What functions of earlier cells do with the notebook's names. @default nothing */
  readonly inFunctions?: NamesInFunctions;
}

/** Top-level names of a notebook that its functions use: code that calls them may find these changed, or seen. */
export interface NamesInFunctions {
  readonly read: ReadonlySet<string>;
  readonly written: ReadonlySet<string>;
}

/**
 * Finds the functions that are noted where they are made: those given to `task` from "cellar", top-level functions,
 * classes and constant functions, and arrows that keep the `this` of an instance, which nobody can see later.
 */
export function notedFunctions(
  module: ParsedModule,
  ownImports: ReadonlyMap<string, string>,
  earlier: EarlierNames,
): NotedFunction[] {
  const importOf = (name: string) => ownImports.get(name) ?? earlier.imports.get(name);
  const found = new Set<AnyNode>();
  for (const statement of module.program.body) {
    const declared =
      (statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration") &&
      statement.declaration
        ? (statement.declaration as AnyNode)
        : statement;
    if (isFunction(declared) && "id" in declared && declared.id) found.add(declared);
    if (declared.type === "VariableDeclaration")
      for (const { id, init } of declared.declarations)
        if (id.type === "Identifier" && init && isFunction(init)) found.add(init);
  }
  visit(module.program, (node) => {
    if (usesLexicalThis(module, node) && isKept(module, node)) found.add(node);
    if (node.type !== "CallExpression" || !callsTask(module, node.callee, importOf)) return;
    for (const argument of node.arguments) if (isFunction(argument)) found.add(argument);
  });
  return [...found].map((node) => note(module, node, importOf, earlier));
}

/** Whether a function outlives the expression it stands in: others, such as what `map` is given, are made too often. */
function isKept(module: ParsedModule, node: AnyNode): boolean {
  const { type } = module.parentOf(node) ?? {};
  return type !== undefined && KEEPING.includes(type);
}
const KEEPING: readonly string[] = [
  "PropertyDefinition",
  "AssignmentExpression",
  "Property",
  "VariableDeclarator",
  "ReturnStatement",
  "ArrowFunctionExpression",
];

/** True of declarations, which are noted by their name. */
export const isNamedDeclaration = (node: AnyNode): boolean =>
  node.type === "FunctionDeclaration" || node.type === "ClassDeclaration";

function callsTask(module: ParsedModule, callee: AnyNode, importOf: (name: string) => string | undefined): boolean {
  const isTop = (name: string) => {
    const variable = module.top.set.get(name);
    return !variable || isImported(variable);
  };
  if (callee.type === "Identifier") return isTop(callee.name) && importOf(callee.name) === "cellar#task";
  return (
    callee.type === "MemberExpression" &&
    callee.object.type === "Identifier" &&
    isTop(callee.object.name) &&
    importOf(callee.object.name) === "cellar#*" &&
    callee.property.type === "Identifier" &&
    callee.property.name === "task"
  );
}

function note(
  module: ParsedModule,
  node: AnyNode,
  importOf: (name: string) => string | undefined,
  earlier: EarlierNames,
): NotedFunction {
  const references = new Map<string, "top" | "local" | "earlier">();
  const imports: Record<string, string> = {};
  if (usesLexicalThis(module, node)) references.set("this", "local");
  for (const { identifier, resolved } of outerReferences(module, node)) {
    const name = String((identifier as { name: string }).name);
    const isTop = resolved?.scope === module.top;
    const from = importOf(name);
    if (
      from !== undefined &&
      (resolved ? isImported(resolved) : !earlier.values.has(name) || earlier.imports.has(name))
    )
      imports[name] = from;
    else if (resolved) references.set(name, isTop ? "top" : "local");
    else if (earlier.values.has(name)) references.set(name, "earlier");
  }
  return {
    node,
    text: normalForm(node),
    references: [...references].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, from]) => ({ name, from })),
    imports,
  };
}
