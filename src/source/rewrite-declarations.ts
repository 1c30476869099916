import type { AnyNode, ClassDeclaration, FunctionDeclaration, Identifier, VariableDeclaration } from "acorn";
import { type CellRewriting, slotOf } from "./cell-rewriting.js";
import { visit } from "./parsed-module.js";

/**
 * Turns top-level declarations into assignments to bindings, after names were rewritten. Gives the that come before all others: `var`s begin undefined, functions can be called before their line.
 * @param isLocal identifiers that a loop has variables of its own for.
 */
export function rewriteDeclarations(rewriting: CellRewriting, isLocal: (identifier: AnyNode) => boolean): string[] {
  const { module, edits, shared, source, notes } = rewriting;
  const hoisted: string[] = [];
  const isTop = topDeclarations(rewriting);
  visit(module.program, (node) => {
    if (node.type === "ExportNamedDeclaration") {
      if (node.declaration) edits.update(node.start, node.declaration.start, "");
    } else if (node.type === "ExportDefaultDeclaration") {
      const keywords = /^export\s+default\s*/.exec(module.js.slice(node.start))![0].length;
      const isAnonymous =
        "id" in node.declaration && !node.declaration.id && /Declaration$/.test(node.declaration.type);
      edits.update(node.start, node.start + keywords, "");
      if (isAnonymous) edits.appendRight(node.declaration.start, "(").appendLeft(node.declaration.end, ")");
    } else if (!isTop.has(node)) {
      return;
    } else if (node.type === "VariableDeclaration") {
      assign(rewriting, node, isLocal);
    } else if (node.type === "FunctionDeclaration") {
      const { name } = (node as FunctionDeclaration).id;
      const note = notes.get(node);
      hoisted.push(`${slotOf(rewriting, name)} = ${note === undefined ? name : `${source}(${name}, ${note})`};`);
    } else if (node.type === "ClassDeclaration") {
      const { name } = (node as ClassDeclaration).id;
      const note = notes.get(node);
      edits.appendRight(node.start, `${slotOf(rewriting, name)} = ${note === undefined ? "" : `${source}(`}`);
      edits.prependLeft(node.end, note === undefined ? ";" : `, ${note});`);
    }
  });
  const isVar = (name: string) =>
    module.top.set
      .get(name)!
      .defs.some((definition) => (definition.parent as { kind?: string } | null)?.kind === "var");
  return [...[...shared].filter(isVar).map((name) => `${slotOf(rewriting, name)} = void 0;`), ...hoisted];
}

/** Declarations whose names live in bindings, `var`s in blocks included. */
function topDeclarations({ module, shared }: CellRewriting): ReadonlySet<AnyNode> {
  const definitions = module.top.variables.filter(({ name }) => shared.has(name)).flatMap(({ defs }) => defs);
  return new Set(
    definitions.map(({ type, node, parent }) => (type === "Variable" ? parent : node) as unknown as AnyNode),
  );
}

function assign(rewriting: CellRewriting, node: VariableDeclaration, isLocal: (identifier: AnyNode) => boolean): void {
  const { module, edits } = rewriting;
  const target = (id: Identifier) => (isLocal(id) ? id.name : slotOf(rewriting, id.name));
  const parent = module.parentOf(node);
  const isLoopHead = (parent?.type === "ForInStatement" || parent?.type === "ForOfStatement") && parent.left === node;
  const isInit = parent?.type === "ForStatement" && parent.init === node;
  const isKept = ({ init }: VariableDeclaration["declarations"][number]) =>
    isLoopHead || init != null || (node.kind !== "var" && !isInit);
  const kept = node.declarations.filter(isKept);
  if (kept.length === 0) {
    edits.update(node.start, node.end, isInit ? "" : ";");
    return;
  }
  edits.update(node.start, node.declarations[0]!.start, "");
  node.declarations.forEach((declarator, index) => {
    const before = node.declarations[index - 1];
    if (before) edits.update(before.end, declarator.start, isKept(declarator) && declarator !== kept[0] ? ", " : "");
    if (!isKept(declarator)) edits.update(declarator.start, declarator.end, "");
    else if (declarator.init == null && declarator.id.type === "Identifier" && !isLoopHead)
      edits.update(declarator.id.start, declarator.id.end, `${target(declarator.id)} = void 0`);
    else if (declarator.id.type === "ObjectPattern" && !isLoopHead)
      edits.prependRight(declarator.start, "(").appendLeft(declarator.end, ")"); // a statement cannot begin with `{`
  });
}
