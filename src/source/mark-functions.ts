import { createHash } from "node:crypto";
import type { AnyNode } from "acorn";
import type MagicString from "magic-string";
import { isFunction, isMethod, markOf } from "./module-note.js";
import { type ParsedModule, visit } from "./parsed-module.js";

/** How the transformation of a module reads its names where the note of the module is made. */
export interface MarkSetting {
  readonly filename: string;
  /** The name under which `noteSource` can be reached. */
  readonly source: string;
  /** A name's value as an expression; undefined where it has none that outlives the statement. */
  readonly read: (name: string) => string | undefined;
  /** "specifier#export" of an imported name. */
  readonly importOf: (name: string) => string | undefined;
}

/**
 * Puts a mark into each function, so that its source can be found from the function itself, whoever made and carries
 * it; gives the call that notes the module, undefined where there is no function.
 */
export function markFunctions(
  module: ParsedModule,
  edits: MagicString,
  { filename, source, read, importOf }: MarkSetting,
): string | undefined {
  const id = createHash("sha256").update(`${filename}\0${module.js}`).digest("hex").slice(0, 12);
  let count = 0;
  visit(module.program, (node) => {
    if (!isFunction(node)) return;
    count += 1;
    edits.appendLeft(markPlace(module, node), markOf(id, node.start));
  });
  if (count === 0) return undefined;
  const names = namesInFunctions(module);
  const readers = names.flatMap((name) => {
    const value = read(name);
    return value === undefined ? [] : [`${JSON.stringify(name)}: () => ${value}`];
  });
  const imports = Object.fromEntries(names.flatMap((name) => (importOf(name) ? [[name, importOf(name)!]] : [])));
  const shown = readers.length > 0 ? `{ ${readers.join(", ")} }` : "{}";
  return `${source}.module(${[id, module.js, filename].map((each) => JSON.stringify(each)).join(", ")}, ${shown}, ${JSON.stringify(imports)});`;
}

/** Inside the function's text, before anything that may hold another function. */
function markPlace(module: ParsedModule, node: AnyNode): number {
  const parent = module.parentOf(node);
  if (parent && isMethod(parent) && "key" in parent) return (parent.key as AnyNode).start;
  if (node.type.startsWith("Class")) return node.start + "class".length;
  if ("async" in node && node.async) return node.start + "async".length;
  if (node.type !== "ArrowFunctionExpression") return node.start + "function".length;
  return module.js[node.start] === "(" ? node.start + 1 : node.params[0]!.end;
}

/** Names that functions refer to, and that they do not declare. */
function namesInFunctions({ scopes, top }: ParsedModule): string[] {
  const names = new Set<string>();
  for (const scope of scopes.scopes)
    for (const { identifier, resolved, from } of scope.references)
      if (from !== top && (!resolved || resolved.scope === top))
        names.add(String((identifier as { name: string }).name));
  return [...names].sort();
}
