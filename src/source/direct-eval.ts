import { bindingOf, type CellRewriting, slotOf } from "./cell-rewriting.js";
import { freeName, type ParsedModule, visit } from "./parsed-module.js";

/** Whether the code of a module calls `eval` so that it sees the names around it. */
export const hasDirectEval = (module: ParsedModule): boolean => directEvals(module).length > 0;

function directEvals(module: ParsedModule): readonly { readonly start: number; readonly end: number }[] {
  if (!module.names.has("eval")) return [];
  const found: { start: number; end: number }[] = [];
  visit(module.program, (node) => {
    if (node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "eval")
      found.push(node);
  });
  return found;
}

/**
 * Gives the text of a direct `eval` the notebook's names: before the call all mirrors get the values of their
 * bindings, and after it the bindings get what the text assigned.
 * @returns statements that come before all others.
 */
export function wrapDirectEvals(rewriting: CellRewriting, mirrored: readonly string[]): string[] {
  const { module, edits } = rewriting;
  const calls = directEvals(module);
  if (calls.length === 0) return [];
  const [before, enter, leave] = ["$before", "$enter", "$leave"].map((name) => freeName(name, module));
  for (const { start, end } of calls) {
    edits.appendRight(start, `(${enter}(), ${leave}(`);
    edits.prependLeft(end, "))");
  }
  const read = mirrored.map((name) => `${name} = ${bindingOf(rewriting, name)}.seen`);
  const written = mirrored.map((name, at) => `if (${name} !== ${before}[${at}]) ${slotOf(rewriting, name)} = ${name};`);
  return [
    `let ${before}; const ${enter} = () => { ${before} = [${read.join(", ")}]; };`,
    `const ${leave} = (value) => { ${written.join(" ")} return value; };`,
  ];
}
