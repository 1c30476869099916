import { dirname } from "node:path";
import type { AnyNode } from "acorn";
import MagicString from "magic-string";
import { cellEnd, cellStart } from "./cell-frame.js";
import { loadImports } from "./cell-imports.js";
import type { CellRewriting } from "./cell-rewriting.js";
import { markFunctions } from "./mark-functions.js";
import { type EarlierNames, notedFunctions } from "./noted-functions.js";
import { freeName, importsOf, parseModule, visit } from "./parsed-module.js";
import { rewriteDeclarations } from "./rewrite-declarations.js";
import { rewriteName } from "./rewrite-name.js";
import { inferredName, isNotedByName, namingAround, namingTarget, sourceArguments } from "./source-call.js";
import { finishEdits, type OriginalFile, type Transformed } from "./transformed.js";

export interface CellOptions extends OriginalFile {
  /** Names of earlier cells that still count. */
  readonly earlier?: EarlierNames;
  /** True where the last statement is an expression whose value is the cell's result. */
  readonly hasResult: boolean;
  /** Top-level names that the cell's author wrote; others (a compiler's own) stay inside. @default all */
  readonly declared?: ReadonlySet<string>;
  /** Imported names that are types: nothing to import at run time. */
  readonly typeImports?: ReadonlySet<string>;
}

export interface CellScript extends Transformed {
  /** Top-level names that are properties of the scope object after this cell. */
  readonly names: readonly string[];
  /** Of these, the imported: local name → "specifier#export". */
  readonly imports: ReadonlyMap<string, string>;
}

/** Stands before the expression whose value is the cell's result. */
export const RESULT_START = "return { value: (";

/** The names that CommonJS files have, as a cell has them. */
const COMMON_JS: ReadonlyMap<string, (rewriting: CellRewriting) => string> = new Map([
  ["require", ({ require }) => require],
  ["module", ({ require }) => `${require}.main`],
  ["exports", ({ require }) => `${require}.main.exports`],
  ["__filename", ({ filename }) => JSON.stringify(filename)],
  ["__dirname", ({ filename }) => JSON.stringify(dirname(filename))],
]);

const NONE: EarlierNames = { values: new Set(), imports: new Map() };

/**
 * A cell as a script whose value is `async ($, $import, $require, $source) => { value } | undefined`. Every
 * top-level name lives on `$`, so that any later cell may declare it again while old closures follow. A cell that
 * throws puts earlier bindings back. Takes JavaScript whose types are stripped, statements ended by semicolons, as
 * TypeScript prints it.
 * @throws {SyntaxError} with `pos`, when the text does not parse.
 */
export function cellScript(js: string, options: CellOptions): CellScript {
  const module = parseModule(js);
  const imports = importsOf(module.program);
  for (const name of options.typeImports ?? []) imports.delete(name);
  const earlier = options.earlier ?? NONE;
  const isShared = (name: string) =>
    !options.typeImports?.has(name) && (!options.declared || options.declared.has(name) || imports.has(name));
  const shared = new Set(module.top.variables.map(({ name }) => name).filter(isShared));
  const scope = freeName("$", module);
  const noted = notedFunctions(module, imports, earlier).map((each) => {
    const isLocal = (name: string, from: string) => from === "local" || (from === "top" && !shared.has(name));
    const read = (name: string, from: string) => (isLocal(name, from) ? name : `${scope}.${name}`);
    return { ...each, arguments: sourceArguments(each, read) };
  });
  const rewriting: CellRewriting = {
    module,
    edits: new MagicString(js),
    filename: options.filename,
    shared,
    earlier,
    notes: new Map(noted.map((each) => [each.node, each.arguments])),
    scope,
    load: freeName("$import", module),
    require: freeName("$require", module),
    source: freeName("$source", module),
    meta: freeName("$meta", module),
  };
  const { edits } = rewriting;
  const importOf = (name: string) => (shared.has(name) ? imports.get(name) : earlier.imports.get(name));
  const isReadable = (name: string) => shared.has(name) || (!module.top.set.has(name) && earlier.values.has(name));
  const marked = markFunctions(module, edits, {
    filename: options.filename,
    source: rewriting.source,
    read: (name) => (isReadable(name) ? `${scope}.${name}` : module.top.set.has(name) ? name : undefined),
    importOf,
  });
  const rewritten = rewriteReferences(rewriting);
  for (const each of noted) {
    if (isNotedByName(each)) continue;
    const target = namingTarget(module.parentOf(each.node));
    const name = target && rewritten.has(target) ? undefined : inferredName(target, each.node);
    const [before, after] = name === undefined ? ["", ""] : namingAround(name);
    edits.appendRight(each.node.start, `${rewriting.source}(${before}`);
    edits.prependLeft(each.node.end, `${after}, ${each.arguments})`);
  }
  keepInferredNames(rewriting, rewritten);
  const hoisted = rewriteDeclarations(rewriting);
  loadImports(rewriting, imports);
  if (options.hasResult) returnResult(rewriting);
  const names = [...shared];
  edits.prepend(cellStart(rewriting, names, marked === undefined ? hoisted : [marked, ...hoisted]));
  edits.append(cellEnd(names));
  return { ...finishEdits(edits, options), names, imports };
}

/** Gives the identifiers that now are properties of the scope object. */
function rewriteReferences(rewriting: CellRewriting): ReadonlySet<AnyNode> {
  const { module, edits, shared, earlier } = rewriting;
  const rewritten = new Set<AnyNode>();
  for (const { identifier, resolved } of module.scopes.scopes.flatMap((scope) => scope.references)) {
    const node = identifier as unknown as AnyNode & { name: string };
    const isScoped = resolved ? resolved.scope === module.top && shared.has(node.name) : earlier.values.has(node.name);
    if (rewritten.has(node)) continue; // a default in a pattern makes a second reference of the same identifier
    if (isScoped) rewritten.add(node);
    if (isScoped) rewriteName(rewriting, node, `${rewriting.scope}.${node.name}`);
    else if (!resolved && COMMON_JS.has(node.name)) rewriteName(rewriting, node, COMMON_JS.get(node.name)!(rewriting));
  }
  visit(module.program, (node) => {
    if (node.type === "ImportExpression") edits.update(node.start, node.start + "import".length, rewriting.load);
    if (node.type === "MetaProperty" && node.meta.name === "import") edits.update(node.start, node.end, rewriting.meta);
  });
  return rewritten;
}

/** `f = () => …` names the function "f"; `$.f = () => …` would not. */
function keepInferredNames({ module, edits }: CellRewriting, rewritten: ReadonlySet<AnyNode>): void {
  visit(module.program, (node) => {
    const [target, value] =
      node.type === "VariableDeclarator"
        ? [node.id, node.init]
        : node.type === "AssignmentExpression" || node.type === "AssignmentPattern"
          ? [node.left, node.right]
          : [];
    const name = inferredName(target, value);
    if (name === undefined || !rewritten.has(target!)) return;
    const [before, after] = namingAround(name);
    edits.appendRight(value!.start, before);
    edits.prependLeft(value!.end, after);
  });
}

function returnResult({ module, edits }: CellRewriting): void {
  const last = module.program.body.findLast(
    (statement) =>
      statement.type !== "EmptyStatement" &&
      !(statement.type === "ExportNamedDeclaration" && !statement.declaration && !statement.source),
  );
  const isValue =
    last?.type === "ExpressionStatement" ||
    (last?.type === "ExportDefaultDeclaration" && !("id" in last.declaration && last.declaration.id));
  if (!last || !isValue) return;
  edits.prependRight(last.start, RESULT_START);
  if (module.js[last.end - 1] === ";") edits.update(last.end - 1, last.end, ") };");
  else edits.appendLeft(last.end, ") };");
}
