import type { AnyNode } from "acorn";
import type { CellRewriting } from "./cell-rewriting.js";

/** Puts an expression where an identifier stands, so that the code around it keeps its meaning. */
export function rewriteName(
  { module, edits }: Pick<CellRewriting, "module" | "edits">,
  node: AnyNode & { name: string },
  to: string,
): void {
  const parent = module.parentOf(node);
  if (!parent || parent.type === "ExportSpecifier") return; // export lists are dropped
  const holder = parent.type === "AssignmentPattern" && parent.left === node ? module.parentOf(parent) : parent;
  const isShorthand =
    holder?.type === "Property" && holder.shorthand && (holder.value === node || holder.value === parent);
  if (isShorthand) edits.update(node.start, node.end, `${node.name}: ${to}`);
  else if (isCalled(parent, node) && /^[^(].*\./.test(to)) edits.update(node.start, node.end, `(0, ${to})`);
  else edits.update(node.start, node.end, to);
}

/** A called property would get its object as `this`. */
const isCalled = (parent: AnyNode, node: AnyNode): boolean =>
  (parent.type === "CallExpression" && parent.callee === node) ||
  (parent.type === "TaggedTemplateExpression" && parent.tag === node);
