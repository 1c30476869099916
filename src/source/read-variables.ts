import type { AnyNode } from "acorn";
import { type ParsedModule, visit } from "./parsed-module.js";

/**
 * Names of the environment variables that a module reads, "*" among them where it reads them otherwise than by a name
 * that stands there: `process.env.API_KEY`, `process.env["API_KEY"]`, `const { API_KEY } = process.env`.
 */
export function readVariables(module: ParsedModule): readonly string[] {
  if (!/\benv\b/.test(module.js) || !/\bprocess\b/.test(module.js)) return [];
  const names = new Set<string>();
  visit(module.program, (node) => {
    if (node.type === "ImportSpecifier" && isNamed(node.imported, "env")) return void names.add("*");
    if (node.type === "Property" && isNamed(node.key, "env") && isNamed(initOf(module, node), "process"))
      names.add("*");
    if (!isEnvironment(node)) return;
    const parent = module.parentOf(node);
    if (parent?.type === "MemberExpression" && parent.object === node) names.add(memberOf(parent) ?? "*");
    else if (parent?.type === "VariableDeclarator" && parent.id.type === "ObjectPattern")
      for (const property of parent.id.properties)
        names.add((property.type === "Property" && !property.computed && keyOf(property.key)) || "*");
    else names.add("*");
  });
  return [...names].sort();
}

/** The call that says which variables a module reads, where it reads any. */
export function variablesCall(module: ParsedModule, source: string): string | undefined {
  const names = readVariables(module);
  return names.length > 0 ? `${source}.variables(${JSON.stringify(names)});` : undefined;
}

const isNamed = (node: AnyNode | null | undefined, name: string): boolean =>
  node?.type === "Identifier" && node.name === name;

/** `process.env`, also of `globalThis` and behind `?.`. */
const isEnvironment = (node: AnyNode): node is Extract<AnyNode, { type: "MemberExpression" }> =>
  node.type === "MemberExpression" &&
  memberOf(node) === "env" &&
  (isNamed(node.object, "process") || (node.object.type === "MemberExpression" && memberOf(node.object) === "process"));

function memberOf({ property, computed }: Extract<AnyNode, { type: "MemberExpression" }>): string | undefined {
  if (!computed || property.type === "Literal") return keyOf(property);
  return undefined;
}

const keyOf = (key: AnyNode): string | undefined =>
  key.type === "Identifier" ? key.name : key.type === "Literal" ? String(key.value) : undefined;

/** What `const { env } = process` takes its names from. */
function initOf(module: ParsedModule, property: AnyNode): AnyNode | null | undefined {
  const pattern = module.parentOf(property);
  const declarator = pattern?.type === "ObjectPattern" ? module.parentOf(pattern) : undefined;
  return declarator?.type === "VariableDeclarator" ? declarator.init : undefined;
}
