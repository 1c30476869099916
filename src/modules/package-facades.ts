import { isBuiltin, type ResolveFnOutput } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type ImportDeclaration, type Program, parse } from "acorn";
import MagicString from "magic-string";
import { exportedName } from "../source/parsed-module.js";
import { findModule } from "./find-module.js";
import { isCommonJs } from "./module-format.js";

/** Query of a facade's URL: the names, as JSON, that its importer wants. */
const NAMES = "cellar-exports";
/** The name under which a facade exports the whole namespace. */
const WHOLE = "cellar:namespace";
const WHOLE_NAMESPACE = new URL("./whole-namespace.js", import.meta.url).href;

/** Importer's URL → specifier → the names that it takes from there. */
const wanted = new Map<string, Map<string, ReadonlySet<string>>>();

/**
 * Of a CommonJS package, Node gives by name only what it can read from the text. An author's ES module gets what the
 * package really exports: it imports a facade of the package instead, which takes each name from `module.exports`.
 * Notes what the module imports by name, and gives its text with `import * as` naming the facade's own namespace.
 * @param url of the module, as the resolve hook will have it as a parent.
 */
export function noteImports(url: string, js: string): string {
  wanted.delete(url);
  if (!/\b(import|export)\b/.test(js)) return js;
  const program = parseOrNothing(js);
  if (!program) return js; // Node says what is wrong
  const folder = dirname(fileURLToPath(url));
  const names = new Map<string, Set<string>>();
  const edits = new MagicString(js);
  for (const node of program.body) {
    if (
      node.type !== "ImportDeclaration" &&
      node.type !== "ExportNamedDeclaration" &&
      node.type !== "ExportAllDeclaration"
    )
      continue;
    const specifier = node.source?.value;
    if (typeof specifier !== "string" || !mayBeCommonJs(specifier, folder)) continue;
    const taken = names.get(specifier) ?? new Set();
    names.set(specifier, taken);
    if (node.type === "ImportDeclaration") takeImports(node, taken, edits);
    else if (node.type === "ExportNamedDeclaration")
      for (const { local } of node.specifiers)
        taken.add(local.type === "Identifier" ? local.name : String(local.value));
    else if (node.exported) {
      taken.add(WHOLE);
      edits.update(js.indexOf("*", node.start), node.exported.start, `{ ${JSON.stringify(WHOLE)} as `);
      edits.appendLeft(node.exported.end, " }");
    }
  }
  if (names.size > 0) wanted.set(url, names);
  return edits.toString();
}

function takeImports(node: ImportDeclaration, taken: Set<string>, edits: MagicString): void {
  for (const binding of node.specifiers) {
    if (binding.type !== "ImportNamespaceSpecifier") {
      taken.add(exportedName(binding));
      continue;
    }
    taken.add(WHOLE);
    edits.update(binding.start, binding.local.start, `{ ${JSON.stringify(WHOLE)} as `);
    edits.appendLeft(binding.local.end, " }");
  }
}

function parseOrNothing(js: string): Program | undefined {
  try {
    return parse(js, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true });
  } catch {
    return undefined;
  }
}

/** The author's own ES modules, Node's and ours need no facade. */
function mayBeCommonJs(specifier: string, folder: string): boolean {
  if (specifier === "cellar" || specifier.startsWith("cellar/") || isBuiltin(specifier)) return false;
  if (/^(?!file:|npm:)[a-z][a-z\d+.-]+:/i.test(specifier)) return false;
  const file = findModule(specifier, folder);
  return file === undefined ? !/^(\.{0,2}\/|\.{1,2}$|file:)/.test(specifier) : isCommonJs(file);
}

/** What the resolve hook gives for an import: the facade where the importer needs one. */
export function resolveFacade(specifier: string, parentURL: string, found: ResolveFnOutput): ResolveFnOutput {
  const names = wanted.get(parentURL)?.get(specifier);
  if (!names || names.size === 0 || !found.url.startsWith("file:")) return found;
  const isNeeded = names.has(WHOLE) || [...names].some((name) => name !== "default");
  const common = found.format === "commonjs" || (found.format == null && isCommonJs(fileURLToPath(found.url)));
  if (!isNeeded || !(common || names.has(WHOLE))) return found;
  const url = new URL(found.url);
  url.searchParams.set(NAMES, JSON.stringify({ common, specifier, names: [...names].sort() }));
  return { ...found, url: url.href, format: "module", importAttributes: {} };
}

/** The source of a facade; undefined for all other URLs. */
export function facadeSource(url: string): string | undefined {
  const place = url.startsWith("file:") ? new URL(url) : undefined;
  const text = place?.searchParams.get(NAMES);
  if (!place || text == null) return undefined;
  place.searchParams.delete(NAMES);
  const { common, specifier, names } = JSON.parse(text) as { common: boolean; specifier: string; names: string[] };
  const from = JSON.stringify(place.href);
  if (!common)
    return `import * as all from ${from}; export * from ${from}; ${reexport(names, from)} export { all as "${WHOLE}" };`;
  const taken = names.filter((name) => name !== "default" && name !== WHOLE);
  return [
    `import { wholeNamespace } from "${WHOLE_NAMESPACE}"; import * as named from ${from}; export * from ${from};`,
    `const all = wholeNamespace(named); export { all as "${WHOLE}" }; export default all.default;`,
    `const take = (name) => { if (name in all) return all[name]; throw new SyntaxError("The requested module '" + ${JSON.stringify(specifier)} + "' does not provide an export named '" + name + "'"); };`,
    ...taken.map(
      (name, at) => `const $${at} = take(${JSON.stringify(name)}); export { $${at} as ${JSON.stringify(name)} };`,
    ),
  ].join(" ");
}

/** `export *` gives all but the default. */
const reexport = (names: readonly string[], from: string): string =>
  names.includes("default") ? `export { default } from ${from};` : "";
