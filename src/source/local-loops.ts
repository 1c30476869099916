import type { AnyNode } from "acorn";
import { type CellRewriting, type SharedReference, slotOf } from "./cell-rewriting.js";
import type { NamesInFunctions } from "./noted-functions.js";
import { childrenOf, freeName, type ParsedModule } from "./parsed-module.js";

/** A top-level loop that works on variables of its own: V8 keeps those in registers, which no binding can be. */
export interface LocalLoop {
  /** The loop with its labels. */
  readonly node: AnyNode;
  /** Names that are variables of the loop. */
  readonly names: ReadonlySet<string>;
  /** Of these, what the loop assigns: their bindings get the values when it ends. */
  readonly written: readonly string[];
}

/**
 * Finds the loops of a cell and the names that they can have as variables: nothing else may see a name that the loop
 * assigns, or change one that it reads, before the loop has ended. So no function that exists may use it, and the
 * loop may not await.
 * @param inFunctions what the functions do that may run meanwhile.
 */
export function localLoops(
  rewriting: CellRewriting,
  references: readonly SharedReference[],
  inFunctions: readonly NamesInFunctions[],
): LocalLoop[] {
  const isUsed = (how: keyof NamesInFunctions, name: string) => inFunctions.some((each) => each[how].has(name));
  return loopsIn(rewriting.module.program).flatMap((node) => {
    const inside = references.filter((each) => !each.isNested && isInside(each.node, node));
    const written = new Set(inside.filter(({ isWrite }) => isWrite).map(({ name }) => name));
    const names = new Set(
      inside
        .map(({ name }) => name)
        .filter((name) => !isUsed("written", name) && !(written.has(name) && isUsed("read", name)))
        .filter((name) => isSetBefore(rewriting, name, node)),
    );
    return names.size > 0 ? [{ node, names, written: [...names].filter((name) => written.has(name)) }] : [];
  });
}

/**
 * Puts a block around each loop, in which its names are variables. What the loop assigns is published when it ends, and
 * from time to time where its steps do more than calculate: an interrupt must not lose hours of work.
 */
export function enterLocalLoops(rewriting: CellRewriting, loops: readonly LocalLoop[]): void {
  const { edits, cell, module } = rewriting;
  const pace = freeName("$pace", module);
  for (const { node, names, written } of loops) {
    const variables = [...names].map((name) => `${name} = ${slotOf(rewriting, name)}`).join(", ");
    const publish = written.map((name) => `${slotOf(rewriting, name)} = ${name};`).join(" ");
    const body = bodyOf(node);
    const isPaced = written.length > 0 && !isCalculation(body, module);
    if (isPaced) {
      const step = `if ((${pace} = ${pace} - 1 | 0) < 0) { ${publish} ${pace} = ${cell}.pace.next(); }`;
      if (body.type === "BlockStatement") edits.appendLeft(body.start + 1, ` ${step}`);
      else edits.appendRight(body.start, `{ ${step} `).prependLeft(body.end, " }");
    }
    const paced = isPaced ? `, ${pace} = ${cell}.pace.begin()` : "";
    const [before, after] = written.length > 0 ? ["try { ", ` } finally { ${publish} }`] : ["", ""];
    edits.appendRight(node.start, `{ let ${variables}${paced}; ${before}`);
    edits.appendLeft(node.end, `${after} }`);
  }
}

const bodyOf = (node: AnyNode): AnyNode => (unlabelled(node) as { body?: AnyNode }).body ?? node;

/**
 * Whether code ends soon, whatever it works on: it does not loop, and calls nothing but quick functions of the language
 * and such of the cell that are a calculation themselves.
 * @param inside functions that are being looked at: one that calls itself may take long.
 */
function isCalculation(node: AnyNode, module: ParsedModule, inside: readonly AnyNode[] = []): boolean {
  if (LOOPS.has(node.type) || node.type === "NewExpression" || node.type === "TaggedTemplateExpression") return false;
  if (node.type === "CallExpression" && !isQuick(node.callee)) {
    const called = functionOf(node.callee, module);
    if (!called || inside.includes(called)) return false;
    if (!childrenOf(called).every((child) => isCalculation(child, module, [...inside, called]))) return false;
  }
  return childrenOf(node).every((child) => isCalculation(child, module, inside));
}

/** The function of the cell that a name means. */
function functionOf(callee: AnyNode, { top }: ParsedModule): AnyNode | undefined {
  const definition = callee.type === "Identifier" ? top.set.get(callee.name)?.defs[0] : undefined;
  const found = definition?.type === "Variable" ? definition.node.init : definition?.node;
  return found && /Function/.test(found.type) ? (found as AnyNode) : undefined;
}

function isQuick(callee: AnyNode): boolean {
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return false;
  const isMath = callee.object.type === "Identifier" && callee.object.name === "Math";
  return isMath || QUICK_METHODS.has(callee.property.name);
}

/** Methods of lists, maps, sets and text that a fast loop calls at each step. */
const QUICK_METHODS: ReadonlySet<string> = new Set(
  "push pop at get set has add delete charAt charCodeAt codePointAt startsWith endsWith toFixed toString".split(" "),
);

/** Whether an identifier is a variable of a loop. */
export const isLocalIn = (loops: readonly LocalLoop[], { node, name, isNested }: SharedReference): boolean =>
  !isNested && loops.some((loop) => loop.names.has(name) && isInside(node, loop.node));

const isInside = (inner: AnyNode, outer: AnyNode): boolean => inner.start >= outer.start && inner.end <= outer.end;

/** The outermost loops that have an end and do not await, outside of functions, with their labels. */
function loopsIn(node: AnyNode): AnyNode[] {
  if (isFunctionLike(node)) return [];
  const body = unlabelled(node);
  if (LOOPS.has(body.type)) return awaits(body) || isEndless(body) ? childrenOf(body).flatMap(loopsIn) : [node];
  return childrenOf(node).flatMap(loopsIn);
}

const LOOPS: ReadonlySet<string> = new Set([
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "WhileStatement",
  "DoWhileStatement",
]);

/** Only an interrupt may end it: each step is to be seen. */
function isEndless(node: AnyNode): boolean {
  if (node.type === "ForStatement" && !node.test) return true;
  return "test" in node && (node.test as AnyNode | null)?.type === "Literal";
}

const unlabelled = (node: AnyNode): AnyNode => (node.type === "LabeledStatement" ? unlabelled(node.body) : node);

const isFunctionLike = ({ type }: AnyNode): boolean => /Function|^Class|^StaticBlock|^PropertyDefinition/.test(type);

function awaits(node: AnyNode): boolean {
  if (isFunctionLike(node)) return false;
  if (node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node.await)) return true;
  return childrenOf(node).some(awaits);
}

/** Whether a name has a value of its own when the loop begins, that only the notebook's code can change. */
function isSetBefore({ module, shared, imports, earlier }: CellRewriting, name: string, loop: AnyNode): boolean {
  if (!shared.has(name)) return !earlier.imports.has(name);
  if (imports.has(name)) return false;
  return module.top.set.get(name)!.defs.every(({ type, name: declared, parent }) => {
    const isHoisted = type === "FunctionName" || (parent as { kind?: string } | null)?.kind === "var";
    return isHoisted || declared.range![1] <= loop.start;
  });
}
