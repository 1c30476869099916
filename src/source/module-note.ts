import type { AnyNode } from "acorn";
import { outerNames, stateNames, usesLexicalThis } from "./function-names.js";
import { normalForm } from "./normal-form.js";
import { type ParsedModule, parseModule, visit } from "./parsed-module.js";

/** A compiled module whose functions carry marks: what such a function's source is can be asked for at run time. */
export interface ModuleNote {
  /** The module's JavaScript before it was rewritten; marks are positions in it. */
  readonly text: string;
  /** The file, from which its imports are looked up. */
  readonly file: string;
  /** Values now of the top-level names that its functions refer to. */
  readonly read: { readonly [name: string]: () => unknown };
  /** Imported names among these: local name → "specifier#export". */
  readonly imports: { readonly [name: string]: string };
}

/** What the mark of a function leads to. */
export interface MarkedFunction {
  readonly module: ModuleNote;
  /** In normal form. */
  readonly text: string;
  /** Names that it refers to and does not declare. */
  readonly names: ReadonlySet<string>;
  /** Of these, what is state rather than source. */
  readonly state: ReadonlySet<string>;
  /** True of an arrow that uses the `this` of a function around it. */
  readonly usesLexicalThis: boolean;
}

const MARK = /\/\*fn:([0-9a-f]{12}):(\d+)\*\//;

const modules = new Map<string, ModuleNote & { parsed?: ParsedModule }>();

/** Called by compiled code before its first statement. A module with the same id takes the place of an earlier one. */
export function noteModule(
  id: string,
  text: string,
  file: string,
  read: ModuleNote["read"],
  imports: ModuleNote["imports"],
): void {
  modules.set(id, { text, file, read, imports });
}

/** The mark of the function at a position of a module, as a comment inside it. */
export const markOf = (id: string, position: number): string => `/*fn:${id}:${position}*/`;

/** The module that a marked function is part of; undefined where it has no mark. */
export const moduleOf = (fn: object): ModuleNote | undefined => modules.get(markIn(fn)?.id ?? "");

function markIn(fn: object): { readonly id: string; readonly position: number } | undefined {
  const [, id, position] = MARK.exec(Function.prototype.toString.call(fn)) ?? [];
  return id === undefined ? undefined : { id, position: Number(position) };
}

/** What the function's mark says; undefined where it has none. */
export function markedFunctionOf(fn: object): MarkedFunction | undefined {
  const mark = markIn(fn);
  const module = mark && modules.get(mark.id);
  if (!module) return undefined;
  module.parsed ??= parseModule(module.text);
  const node = functionAt(module.parsed, mark.position);
  if (!node) return undefined;
  const parent = module.parsed.parentOf(node);
  const whole = parent && isMethod(parent) ? parent : node;
  return {
    module,
    text: normalForm(whole),
    names: outerNames(module.parsed, whole),
    state: stateNames(module.parsed, whole),
    usesLexicalThis: usesLexicalThis(module.parsed, node),
  };
}

function functionAt({ program }: ParsedModule, position: number): AnyNode | undefined {
  let found: AnyNode | undefined;
  visit(program, (node) => {
    if (node.start === position && isFunction(node)) found ??= node;
  });
  return found;
}

/** Whether a node is a function or a class. */
export const isFunction = (node: AnyNode): boolean =>
  node.type === "ArrowFunctionExpression" ||
  node.type === "FunctionExpression" ||
  node.type === "FunctionDeclaration" ||
  node.type === "ClassExpression" ||
  node.type === "ClassDeclaration";

/** Whether a node's value is a method: its text begins with its key. */
export const isMethod = (node: AnyNode): boolean =>
  node.type === "MethodDefinition" || (node.type === "Property" && (node.method || node.kind !== "init"));
