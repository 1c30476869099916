import type { AnyNode } from "acorn";
import MagicString from "magic-string";
import { CELL_END, cellStart } from "./cell-frame.js";
import { loadImports } from "./cell-imports.js";
import { bindingOf, type CellRewriting, type SharedReference, sharedReferences } from "./cell-rewriting.js";
import { hasDirectEval, wrapDirectEvals } from "./direct-eval.js";
import { enterLocalLoops, isLocalIn, localLoops } from "./local-loops.js";
import { markFunctions } from "./mark-functions.js";
import { type EarlierNames, type NamesInFunctions, notedFunctions } from "./noted-functions.js";
import { freeName, freePrefix, importsOf, type ParsedModule, parseModule, visit } from "./parsed-module.js";
import { variablesCall } from "./read-variables.js";
import { rewriteDeclarations } from "./rewrite-declarations.js";
import { rewriteReferences } from "./rewrite-references.js";
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
  /** Top-level names that the cell declares. */
  readonly names: readonly string[];
  /** Of these, the imported: local name → "specifier#export". */
  readonly imports: ReadonlyMap<string, string>;
  /** What the cell's functions do with names of the notebook, its own included. */
  readonly inFunctions: NamesInFunctions;
}

/** Stands before the expression whose value is the cell's result. */
export const RESULT_START = "return { value: (";

const NONE: EarlierNames = { values: new Set(), imports: new Map() };

/**
 * A cell as a script whose value is `async ($cell, $import, $require, $source) => { value } | undefined`, to be called
 * with `CellBindings`. Every top-level name lives in a binding, so that any later cell may declare it again while old
 * closures follow. Takes JavaScript whose types are stripped, statements ended by semicolons, as TypeScript prints it.
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
  const prefix = freePrefix("$_", module);
  const noted = notedFunctions(module, imports, earlier).map((each) => {
    const isLocal = (name: string, from: string) => from === "local" || (from === "top" && !shared.has(name));
    const read = (name: string, from: string) => (isLocal(name, from) ? name : `${bindingOf({ prefix }, name)}.seen`);
    return { ...each, arguments: sourceArguments(each, read) };
  });
  const rewriting: CellRewriting = {
    module,
    edits: new MagicString(js),
    filename: options.filename,
    shared,
    earlier,
    imports,
    notes: new Map(noted.map((each) => [each.node, each.arguments])),
    cell: freeName("$cell", module),
    load: freeName("$import", module),
    require: freeName("$require", module),
    source: freeName("$source", module),
    meta: freeName("$meta", module),
    prefix,
  };
  const { edits } = rewriting;
  const importOf = (name: string) => (shared.has(name) ? imports.get(name) : earlier.imports.get(name));
  const isReadable = (name: string) => shared.has(name) || (!module.top.set.has(name) && earlier.values.has(name));
  const marked = markFunctions(module, edits, {
    filename: options.filename,
    source: rewriting.source,
    read: (name) =>
      isReadable(name) ? `${bindingOf({ prefix }, name)}.seen` : module.top.set.has(name) ? name : undefined,
    importOf,
  });
  const references = sharedReferences(rewriting);
  const evaluates = hasDirectEval(module);
  const inFunctions = evaluates ? everything(shared, earlier) : namesInFunctions(references);
  const loops = evaluates ? [] : localLoops(rewriting, references, [inFunctions, earlier.inFunctions ?? NOTHING]);
  const local = new Set(references.filter((each) => isLocalIn(loops, each)).map(({ node }) => node as AnyNode));
  const { mirrored, rewritten } = rewriteReferences(rewriting, references, ({ node }) => local.has(node));
  for (const each of noted) {
    if (isNotedByName(each)) continue;
    const target = namingTarget(module.parentOf(each.node));
    const name = target && rewritten.has(target) ? undefined : inferredName(target, each.node);
    const [before, after] = name === undefined ? ["", ""] : namingAround(name);
    edits.appendRight(each.node.start, `${rewriting.source}(${before}`);
    edits.prependLeft(each.node.end, `${after}, ${each.arguments})`);
  }
  keepInferredNames(rewriting, rewritten);
  const hoisted = rewriteDeclarations(rewriting, (identifier) => local.has(identifier));
  const modules = loadImports(rewriting);
  enterLocalLoops(rewriting, loops);
  if (options.hasResult) returnResult(rewriting);
  const names = [...shared];
  const used = new Set(evaluates ? earlier.values : references.map(({ name }) => name));
  for (const { references: noteReferences } of noted)
    for (const { name, from } of noteReferences) if (from === "earlier") used.add(name);
  for (const name of names) used.delete(name);
  if (evaluates) for (const name of [...names, ...used]) mirrored.add(name);
  const evaluating = wrapDirectEvals(rewriting, [...mirrored]);
  const frame = {
    earlier: [...used],
    mirrored: [...mirrored].filter((name) => !isFunction(module, name)),
    variables: [...modules, ...evaluating],
    hoisted: [variablesCall(module, rewriting.source) ?? "", marked ?? "", ...hoisted].filter((part) => part !== ""),
  };
  edits.prepend(cellStart(rewriting, frame));
  edits.append(CELL_END);
  return { ...finishEdits(edits, options), names, imports, inFunctions };
}

function namesInFunctions(references: readonly SharedReference[]): NamesInFunctions {
  const nested = references.filter((each) => each.isNested);
  const namesOf = (found: readonly SharedReference[]) => new Set(found.map(({ name }) => name));
  return {
    read: namesOf(nested.filter(({ isRead }) => isRead)),
    written: namesOf(nested.filter(({ isWrite }) => isWrite)),
  };
}

/** What code may do that is not known before it runs. */
function everything(shared: ReadonlySet<string>, { values }: EarlierNames): NamesInFunctions {
  const all = new Set([...shared, ...values]);
  return { read: all, written: all };
}

const NOTHING: NamesInFunctions = { read: new Set(), written: new Set() };

/** A function's declaration is a variable already. */
const isFunction = ({ top }: ParsedModule, name: string): boolean =>
  top.set.get(name)?.defs.some(({ type }) => type === "FunctionName") ?? false;

/** `f = () => …` names the function "f"; `$_f.v = () => …` would not. */
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
  const last = lastStatement(module.program.body);
  const isValue =
    last?.type === "ExpressionStatement" ||
    (last?.type === "ExportDefaultDeclaration" && !("id" in last.declaration && last.declaration.id));
  if (!last || !isValue) return;
  edits.prependRight(last.start, RESULT_START);
  if (module.js[last.end - 1] === ";") edits.update(last.end - 1, last.end, ") };");
  else edits.appendLeft(last.end, ") };");
}

/** The last statement that does anything; where the compiler put those of a cell with `using` into a block, its last. */
function lastStatement(statements: readonly AnyNode[]): AnyNode | undefined {
  const last = statements.findLast(
    (statement) =>
      statement.type !== "EmptyStatement" &&
      !(statement.type === "ExportNamedDeclaration" && !statement.declaration && !statement.source),
  );
  return last?.type === "TryStatement" ? lastStatement(last.block.body) : last;
}
