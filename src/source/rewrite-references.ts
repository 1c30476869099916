import { dirname } from "node:path";
import type { AnyNode } from "acorn";
import { bindingOf, type CellRewriting, type SharedReference, slotOf } from "./cell-rewriting.js";
import { visit } from "./parsed-module.js";
import { rewriteName } from "./rewrite-name.js";

/** The names that CommonJS files have, as a cell has them. */
const COMMON_JS: ReadonlyMap<string, (rewriting: CellRewriting) => string> = new Map([
  ["require", ({ require }) => require],
  ["module", ({ require }) => `${require}.main`],
  ["exports", ({ require }) => `${require}.main.exports`],
  ["__filename", ({ filename }) => JSON.stringify(filename)],
  ["__dirname", ({ filename }) => JSON.stringify(dirname(filename))],
]);

/**
 * Leads identifiers to their bindings, and the names of CommonJS, `import()` and `import.meta` to the script's own.
 * V8 names in its errors the code as it sees it ("x.save is not a function"): where it may do so, the value goes
 * through a variable of the name's own, the mirror.
 * @param isLocal identifiers that a loop has variables of its own for.
 * @returns names that need a mirror, and the identifiers that were led to a binding.
 */
export function rewriteReferences(
  rewriting: CellRewriting,
  references: readonly SharedReference[],
  isLocal: (reference: SharedReference) => boolean,
): { readonly mirrored: Set<string>; readonly rewritten: ReadonlySet<AnyNode> } {
  const { module, edits, load, meta } = rewriting;
  const mirrored = new Set<string>();
  const rewritten = new Set<AnyNode>();
  for (const reference of references) {
    if (isLocal(reference)) continue;
    const { node, name } = reference;
    const value = slotOf(rewriting, name);
    rewritten.add(node);
    if (reference.isWrite || !isNamedInErrors(rewriting, node)) rewriteName(rewriting, node, value);
    else if (reference.isNested && isCallee(rewriting, node))
      rewriteName(rewriting, node, `(0, ${bindingOf(rewriting, name)}.f)`); // faster where a function calls others often
    else {
      mirrored.add(name);
      rewriteName(rewriting, node, `(${name} = ${value})`);
    }
  }
  for (const { identifier, resolved } of module.scopes.scopes.flatMap((scope) => scope.references)) {
    const node = identifier as unknown as SharedReference["node"];
    const own = resolved || rewritten.has(node) ? undefined : COMMON_JS.get(node.name);
    if (own) rewriteName(rewriting, node, own(rewriting));
  }
  visit(module.program, (node) => {
    if (node.type === "ImportExpression") edits.update(node.start, node.start + "import".length, load);
    if (node.type === "MetaProperty" && node.meta.name === "import") edits.update(node.start, node.end, meta);
  });
  return { mirrored, rewritten };
}

const isCallee = ({ module }: CellRewriting, node: AnyNode): boolean => {
  const parent = module.parentOf(node);
  return parent?.type === "CallExpression" && parent.callee === node && !parent.optional;
};

/** Whether V8 may quote an expression in an error: where it is called, made from, iterated or taken apart. */
function isNamedInErrors(rewriting: CellRewriting, node: AnyNode): boolean {
  const parent = rewriting.module.parentOf(node);
  switch (parent?.type) {
    case "MemberExpression":
      return parent.object === node && isNamedInErrors(rewriting, parent);
    case "ChainExpression":
      return isNamedInErrors(rewriting, parent);
    case "CallExpression":
    case "NewExpression":
      return parent.callee === node;
    case "TaggedTemplateExpression":
      return parent.tag === node;
    case "SpreadElement":
      return true;
    case "YieldExpression":
      return parent.delegate;
    case "ForOfStatement":
      return parent.right === node;
    case "VariableDeclarator":
      return parent.init === node && parent.id.type !== "Identifier";
    case "AssignmentExpression":
      return parent.right === node && /Pattern$/.test(parent.left.type);
    default:
      return false;
  }
}
