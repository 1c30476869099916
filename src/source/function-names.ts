import type { AnyNode } from "acorn";
import type { Reference, Variable } from "eslint-scope";
import { childrenOf, outerReferences, type ParsedModule, parseModule, visit } from "./parsed-module.js";

/** Names that a node refers to and does not declare itself; asking `typeof` whether one is there does not count. */
export function outerNames(module: ParsedModule, node: AnyNode): ReadonlySet<string> {
  const identifiers = outerReferences(module, node).map(({ identifier }) => identifier as unknown as AnyNode);
  const used = identifiers.filter((identifier) => {
    const parent = module.parentOf(identifier);
    return !(parent?.type === "UnaryExpression" && parent.operator === "typeof");
  });
  return new Set(used.map((identifier) => (identifier as { name: string }).name));
}

/**
 * Outer names that are state rather than source: what the function itself assigns, as a counter, and local variables
 * that are assigned anew once a function has captured them. Parameters that are normalized before that are source.
 */
export function stateNames(module: ParsedModule, node: AnyNode): ReadonlySet<string> {
  const names = outerReferences(module, node).flatMap((reference) => {
    const { resolved, identifier } = reference;
    const isState = reference.isWrite() || (resolved && resolved.scope !== module.top && isAssignedLater(resolved));
    return isState ? [(identifier as { name: string }).name] : [];
  });
  return new Set(names);
}

function isAssignedLater({ references, scope }: Variable): boolean {
  const place = ({ identifier }: Reference) => (identifier as unknown as AnyNode).start;
  const isCapture = ({ from }: Reference) => from.variableScope !== scope.variableScope;
  const firstCapture = Math.min(...references.filter(isCapture).map(place));
  return references.some((reference) => reference.isWrite() && !reference.init && place(reference) >= firstCapture);
}

/** Whether a node is an arrow function whose `this` is that of a function, method or class around it. */
export function usesLexicalThis(module: ParsedModule, node: AnyNode): boolean {
  return node.type === "ArrowFunctionExpression" && mentionsThis(node) && isInsideFunction(module, node);
}

/** Whether code of its own, that of arrows in it included, says `this` or `super`. */
export function mentionsThis(node: AnyNode): boolean {
  if (node.type === "ThisExpression" || node.type === "Super") return true;
  return childrenOf(node).some((child) => !hasOwnThis(child) && mentionsThis(child));
}

const hasOwnThis = (node: AnyNode): boolean =>
  node.type === "FunctionExpression" || node.type === "FunctionDeclaration" || node.type.startsWith("Class");

function isInsideFunction(module: ParsedModule, node: AnyNode): boolean {
  for (let around = module.parentOf(node); around; around = module.parentOf(around))
    if (hasOwnThis(around)) return true;
  return false;
}

/** A function by its own text alone, as `toString()` gives it. */
export interface FunctionText {
  readonly module: ParsedModule;
  readonly node: AnyNode;
}

/** @throws {SyntaxError} when the text is native code. */
export function parseFunctionText(text: string): FunctionText {
  let refusal: unknown;
  for (const [before, after, inside] of FORMS) {
    try {
      const module = parseModule(`${before}${text}${after}`);
      const { expression } = module.program.body[0] as unknown as { expression: Around };
      return { module, node: inside(expression) };
    } catch (error) {
      refusal ??= error;
    }
  }
  throw refusal;
}

type Around = AnyNode & { properties: AnyNode[]; body: { body: AnyNode[] } };

/** A function is an expression; a method parses only inside an object, a private one only inside a class. */
const FORMS: readonly (readonly [before: string, after: string, inside: (around: Around) => AnyNode])[] = [
  ["(", ")", (around) => around],
  ["({", "})", ({ properties }) => properties[0]!],
  ["(class {", "})", ({ body }) => body.body[0]!],
];

/** What a piece of code loads while it runs: specifiers, and null for one that is computed. */
export function loadedWhileRunning(code: string): readonly (string | null)[] {
  if (!/\b(import|require)\s*\(/.test(code)) return [];
  const loaded: (string | null)[] = [];
  visit(parseFunctionText(code).node, (node) => {
    const isRequire =
      node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "require";
    const specifier = node.type === "ImportExpression" ? node.source : isRequire ? node.arguments[0] : undefined;
    if (specifier) loaded.push(specifier.type === "Literal" ? String(specifier.value) : null);
  });
  return loaded;
}

/**
 * Members of `name` that a piece of code uses, where it uses it in no other way than `name.member`; undefined where
 * it may use any.
 */
export function membersUsed(code: string, name: string): ReadonlySet<string> | undefined {
  const { module } = parseFunctionText(code);
  const members = new Set<string>();
  let isWhole = false;
  visit(module.program, (node) => {
    if (node.type !== "Identifier" || node.name !== name) return;
    const parent = module.parentOf(node);
    if (parent?.type === "MemberExpression" && parent.object === node && !parent.computed)
      members.add((parent.property as { name: string }).name);
    else if (!(parent?.type === "MemberExpression" && parent.property === node && !parent.computed)) isWhole = true;
  });
  return isWhole ? undefined : members;
}
