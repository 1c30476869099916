import { type AnyNode, type Program, parse } from "acorn";
import { analyze, type Reference, type Scope, type ScopeManager, type Variable } from "eslint-scope";
import type * as ESTree from "estree";

/** A JavaScript module, parsed, with its scopes resolved. */
export interface ParsedModule {
  readonly js: string;
  readonly program: Program;
  readonly scopes: ScopeManager;
  /** The scope of the module's top-level names. */
  readonly top: Scope;
  /** Every identifier in the text. */
  readonly names: ReadonlySet<string>;
  /** The node around a node. */
  readonly parentOf: (node: AnyNode) => AnyNode | undefined;
}

/** Parses JavaScript (types already stripped) as a module. @throws {SyntaxError} with `pos`, acorn's. */
export function parseModule(js: string): ParsedModule {
  const program = parse(js, { ecmaVersion: "latest", sourceType: "module", ranges: true, allowHashBang: true });
  const scopes = analyze(program as ESTree.Program, {
    ecmaVersion: 2022,
    sourceType: "module",
    ignoreEval: true, // in a module, what a direct `eval` declares stays inside
  });
  const top = scopes.scopes.find((scope) => scope.type === "module")!;
  const parents = new WeakMap<AnyNode, AnyNode>();
  const names = new Set<string>();
  visit(program, (node) => {
    if (node.type === "Identifier") names.add(node.name);
    for (const child of childrenOf(node)) parents.set(child, node);
  });
  return { js, program, scopes, top, names, parentOf: (node) => parents.get(node) };
}

/** Calls back for a node and all below it, outermost first. */
export function visit(node: AnyNode, each: (node: AnyNode) => void): void {
  each(node);
  for (const child of childrenOf(node)) visit(child, each);
}

/** The nodes directly inside a node, in the order of its fields. */
export function childrenOf(node: AnyNode): AnyNode[] {
  const children: AnyNode[] = [];
  for (const field of Object.values(node)) {
    if (Array.isArray(field)) children.push(...field.filter(isNode));
    else if (isNode(field)) children.push(field);
  }
  return children;
}

const RUNS_LIKE_A_FUNCTION: ReadonlySet<string> = new Set([
  "function",
  "class-field-initializer",
  "class-static-block",
]);

/** Whether a reference is in a function of the module: its code may run again, and later. */
export function isNested({ from }: Reference): boolean {
  for (let scope: Scope | null = from; scope; scope = scope.upper)
    if (RUNS_LIKE_A_FUNCTION.has(scope.type)) return true;
  return false;
}

/** The wanted name, lengthened until the module uses it nowhere. */
export const freeName = (wanted: string, module: ParsedModule): string =>
  module.names.has(wanted) ? freeName(`${wanted}_`, module) : wanted;

/** The wanted beginning of names, lengthened until no name of the module begins so. */
export const freePrefix = (wanted: string, module: ParsedModule): string =>
  [...module.names].some((name) => name.startsWith(wanted)) ? freePrefix(`${wanted}_`, module) : wanted;

/** References inside a node to names that are declared outside it. */
export function outerReferences(module: ParsedModule, node: AnyNode): Reference[] {
  const isInside = (other: ESTree.Node) => other.range![0] >= node.start && other.range![1] <= node.end;
  return module.scopes.scopes
    .flatMap((scope) => scope.references)
    .filter(
      ({ identifier, resolved }) =>
        isInside(identifier as ESTree.Node) && !(resolved && isInside(resolved.scope.block)),
    );
}

/** What `import` declarations bind: local name → "specifier#export" ("#*" for the namespace). */
export function importsOf(program: Program): Map<string, string> {
  const imports = new Map<string, string>();
  for (const statement of program.body) {
    if (statement.type !== "ImportDeclaration") continue;
    for (const binding of statement.specifiers)
      imports.set(binding.local.name, `${statement.source.value}#${exportedName(binding)}`);
  }
  return imports;
}

/** The name that an import binding has in the module it comes from; "*" for the namespace. */
export function exportedName(
  binding: Extract<AnyNode, { type: "ImportSpecifier" | "ImportDefaultSpecifier" | "ImportNamespaceSpecifier" }>,
): string {
  if (binding.type === "ImportDefaultSpecifier") return "default";
  if (binding.type === "ImportNamespaceSpecifier") return "*";
  return binding.imported.type === "Identifier" ? binding.imported.name : String(binding.imported.value);
}

/** True where a variable is an import's binding. */
export const isImported = (variable: Variable): boolean =>
  variable.defs.some((definition) => definition.type === "ImportBinding");

/** True of a syntax node, among the values that a node's fields hold. */
export const isNode = (value: unknown): value is AnyNode =>
  typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
