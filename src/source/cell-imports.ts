import type { ImportDeclaration } from "acorn";
import { bindingOf, type CellRewriting } from "./cell-rewriting.js";
import { exportedName, freePrefix } from "./parsed-module.js";

/**
 * Turns a cell's imports into loads whose bindings follow the module's exports, before all other statements.
 * @returns the variables that these loads need, to be declared outside of the author's lines.
 */
export function loadImports(rewriting: CellRewriting): string[] {
  const { module, edits, load } = rewriting;
  const variables: string[] = [];
  let first: number | undefined;
  for (const node of module.program.body) {
    if (node.type === "ImportDeclaration") {
      edits.update(node.start, node.end, loading(rewriting, node, variables));
      if (first !== undefined) edits.move(node.start, node.end, first);
    } else if ((node.type === "ExportNamedDeclaration" || node.type === "ExportAllDeclaration") && node.source) {
      edits.update(node.start, node.end, `await ${load}(${JSON.stringify(node.source.value)});`);
    } else if (node.type === "ExportNamedDeclaration" && !node.declaration) {
      edits.update(node.start, node.end, ";");
    } else {
      first ??= node.start;
    }
  }
  return variables;
}

function loading(rewriting: CellRewriting, node: ImportDeclaration, variables: string[]): string {
  const { module, load, cell, imports } = rewriting;
  const bindings = node.specifiers.filter(({ local }) => imports.has(local.name));
  if (bindings.length === 0 && node.specifiers.length > 0) return ";"; // types only
  const specifier = JSON.stringify(node.source.value);
  const attributes = node.attributes.map(({ key, value }) => {
    const name = key.type === "Identifier" ? key.name : String(key.value);
    return `${JSON.stringify(name)}: ${JSON.stringify(value.value)}`;
  });
  const call = `await ${load}(${specifier}${attributes.length > 0 ? `, { with: { ${attributes.join(", ")} } }` : ""});`;
  if (bindings.length === 0) return call;
  const loaded = `${freePrefix("$module", module)}${variables.length}`;
  const reads = `${loaded}reads`;
  const readers = bindings.map((each) => {
    const exported = exportedName(each);
    return `() => ${exported === "*" ? loaded : `${loaded}[${JSON.stringify(exported)}]`}`;
  });
  variables.push(`let ${loaded}; const ${reads} = [${readers.join(", ")}];`);
  const bound = bindings.map((each, at) => {
    const { name } = each.local;
    const exported = exportedName(each);
    // A name that the cell does not use may be a type, which no compiled module has.
    const mayLack = module.top.set.get(name)!.references.length === 0;
    const what = [bindingOf(rewriting, name), loaded, JSON.stringify(exported), specifier, mayLack, `${reads}[${at}]`];
    return `${cell}.bindImport(${what.join(", ")});`;
  });
  return `${loaded} = ${call} ${bound.join(" ")}`;
}
