import type { ImportDeclaration } from "acorn";
import type { CellRewriting } from "./cell-rewriting.js";
import { exportedName } from "./parsed-module.js";

/** Turns a cell's imports into loads that put their bindings on the scope object, before all other statements. */
export function loadImports(rewriting: CellRewriting, imports: ReadonlyMap<string, string>): void {
  const { module, edits, load } = rewriting;
  let first: number | undefined;
  for (const node of module.program.body) {
    if (node.type === "ImportDeclaration") {
      edits.update(node.start, node.end, loading(rewriting, node, imports));
      if (first !== undefined) edits.move(node.start, node.end, first);
    } else if ((node.type === "ExportNamedDeclaration" || node.type === "ExportAllDeclaration") && node.source) {
      edits.update(node.start, node.end, `await ${load}(${JSON.stringify(node.source.value)});`);
    } else if (node.type === "ExportNamedDeclaration" && !node.declaration) {
      edits.update(node.start, node.end, ";");
    } else {
      first ??= node.start;
    }
  }
}

function loading(
  { module, load, scope }: CellRewriting,
  node: ImportDeclaration,
  imports: ReadonlyMap<string, string>,
) {
  const bindings = node.specifiers.filter(({ local }) => imports.has(local.name));
  if (bindings.length === 0 && node.specifiers.length > 0) return ";"; // types only
  const specifier = JSON.stringify(node.source.value);
  const attributes = node.attributes.map(({ key, value }) => {
    const name = key.type === "Identifier" ? key.name : String(key.value);
    return `${JSON.stringify(name)}: ${JSON.stringify(value.value)}`;
  });
  const call = `await ${load}(${specifier}${attributes.length > 0 ? `, { with: { ${attributes.join(", ")} } }` : ""});`;
  if (bindings.length === 0) return call;
  const assignments = bindings.map((binding) => {
    const { name } = binding.local;
    const exported = exportedName(binding);
    if (exported === "*") return `${scope}.${name} = $module;`;
    // A name that the cell does not use may be a type, which no compiled module has.
    const mayLack = module.top.set.get(name)!.references.length === 0;
    return `${scope}.${name} = $pick($module, ${JSON.stringify(exported)}, ${specifier}, ${mayLack});`;
  });
  return `{ const $module = ${call} ${assignments.join(" ")} }`;
}

/** What the code of `loadImports` calls: an export, also where CommonJS hides it in the default export. */
export const PICK = `const $pick = (module, name, from, mayLack) => {
  if (name in module) return module[name];
  const whole = module.default;
  if (whole !== null && (typeof whole === "object" || typeof whole === "function") && name in whole) return whole[name];
  if (mayLack) return undefined;
  throw new SyntaxError("The requested module '" + from + "' does not provide an export named '" + name + "'");
};`.replaceAll(/\n\s*/g, " ");
