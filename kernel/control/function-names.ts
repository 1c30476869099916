import type { AnyNode } from "acorn";
import { childrenOf } from "../../src/source/parsed-module.js";
import { type ScriptPlace, ScriptPositions } from "./script-positions.js";
import { parseScript } from "./script-syntax.js";
import type { Scripts } from "./scripts.js";

interface NamedFunction {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}
interface Functions {
  readonly positions: ScriptPositions;
  /** In the order of the text: of those around a place, the last one is the innermost. */
  readonly functions: readonly NamedFunction[];
}

/** What a compiled cell wraps around functions (src/source/cell-script.ts). */
const WRAPPER = /^\$source_*$/;
/** The function around a whole cell begins so near its script's start. */
const TOP_START = "(async (".length;
export const TOP_LEVEL = "(top level)";

/** Names for functions that have none: what they are given to, or the top level of their cell or module. */
export class FunctionNames {
  private readonly known = new Map<string, Promise<Functions | undefined>>();

  constructor(private readonly scripts: Scripts) {}

  /** The name of the innermost function around a place. */
  async at(scriptId: string, place: ScriptPlace): Promise<string> {
    const found = await this.functionsOf(scriptId);
    if (!found) return "(anonymous)";
    const offset = found.positions.offset(place);
    return found.functions.findLast(({ start, end }) => start <= offset && offset < end)?.name ?? TOP_LEVEL;
  }

  private functionsOf(scriptId: string): Promise<Functions | undefined> {
    const known = this.known.get(scriptId);
    if (known) return known;
    const reading = this.read(scriptId);
    this.known.set(scriptId, reading);
    return reading;
  }

  private async read(scriptId: string): Promise<Functions | undefined> {
    const js = await this.scripts.javaScript(scriptId);
    const program = js === undefined ? undefined : parseScript(js);
    if (js === undefined || !program) return undefined;
    const functions: NamedFunction[] = [];
    const look = (node: AnyNode, above: readonly AnyNode[]): void => {
      if (isFunction(node)) functions.push({ start: node.start, end: node.end, name: nameOf(node, above) });
      for (const child of childrenOf(node)) look(child, [node, ...above]);
    };
    look(program, []);
    return { positions: new ScriptPositions(js, undefined), functions };
  }
}

const isFunction = ({ type }: AnyNode): boolean => /^(ArrowFunction|Function)/.test(type);

const isWrapper = (node: AnyNode): boolean =>
  node.type === "CallExpression" && node.callee.type === "Identifier" && WRAPPER.test(node.callee.name);

/** @param above the nodes around it, nearest first. */
function nameOf(node: AnyNode, above: readonly AnyNode[]): string {
  if (node.start <= TOP_START && !above.some(isFunction)) return TOP_LEVEL;
  if ("id" in node && node.id && "name" in node.id) return String(node.id.name);
  const parent = above.find((each) => !isWrapper(each));
  if (parent?.type === "VariableDeclarator" && parent.id.type === "Identifier") return parent.id.name;
  if (parent?.type === "Property" || parent?.type === "MethodDefinition" || parent?.type === "PropertyDefinition")
    return keyName(parent.key) ?? "(anonymous)";
  if (parent?.type === "AssignmentExpression") return boundName(parent.left) ?? "(anonymous)";
  if (parent?.type !== "CallExpression" && parent?.type !== "NewExpression") return "(anonymous)";
  const called = boundName(parent.callee);
  if (called === undefined || parent.callee === node) return "(anonymous)";
  const [first] = parent.arguments;
  const title = first?.type === "Literal" && typeof first.value === "string" ? ` "${first.value}"` : undefined;
  return title === undefined ? `callback of ${called}` : `${called}${title}`;
}

function keyName(key: AnyNode): string | undefined {
  if (key.type === "Identifier" || key.type === "PrivateIdentifier") return key.name;
  return key.type === "Literal" ? String(key.value) : undefined;
}

/** The last name of `a.b.c`; that of the notebook where a compiled cell reads it from its scope. */
function boundName(node: AnyNode): string | undefined {
  if (node.type === "ParenthesizedExpression") return boundName(node.expression);
  if (node.type === "SequenceExpression") return boundName(node.expressions.at(-1)!);
  if (node.type === "ChainExpression") return boundName(node.expression);
  if (node.type === "AssignmentExpression") return boundName(node.left); // a compiled cell mirrors a binding
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression" || node.computed || node.property.type !== "Identifier") return undefined;
  const { object, property } = node;
  const bound = object.type === "Identifier" ? /^\$_*(.+)$/.exec(object.name)?.[1] : undefined;
  return bound !== undefined && (property.name === "v" || property.name === "f") ? bound : property.name;
}
