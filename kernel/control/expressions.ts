import type { AnyNode } from "acorn";
import MagicString from "magic-string";
import { childrenOf, type ParsedModule, parseModule } from "../../src/source/parsed-module.js";
import { rewriteName } from "../../src/source/rewrite-name.js";
import { SCOPE } from "./main-thread.js";

/** Takes the types out of TypeScript. Gives what it cannot read back as it is. */
export type StripTypes = (code: string) => Promise<string>;

/** What a person typed, as V8 can evaluate it. */
export interface Expression {
  readonly js: string;
  /** False of statements. */
  readonly isValue: boolean;
  /** It awaits, outside of any function of its own. */
  readonly awaits: boolean;
}

interface Read extends Omit<Expression, "js"> {
  readonly module: ParsedModule;
}

/**
 * An expression as V8 can evaluate it in a frame: without types; names of the notebook that the frame does not hide
 * become properties of the scope object.
 * @throws {SyntaxError} for text that is no TypeScript.
 */
export async function expressionInFrame(
  text: string,
  near: ReadonlySet<string>,
  notebook: ReadonlySet<string>,
  strip: StripTypes,
): Promise<Expression> {
  const read = await readText(text, strip);
  const to = (name: string) => (notebook.has(name) && !near.has(name) ? `${SCOPE}.${name}` : undefined);
  return { js: renamed(read.module, to), isValue: read.isValue, awaits: read.awaits };
}

/**
 * An expression at a breakpoint, whose frame is not known yet: a name means what the frame knows, else what the
 * notebook does.
 * @throws {SyntaxError} for text that is no expression, or awaits.
 */
export async function expressionAtBreakpoint(text: string, strip: StripTypes): Promise<string> {
  const { module, isValue, awaits } = await readText(text, strip);
  if (!isValue) throw new SyntaxError("it is no expression");
  if (awaits) throw new SyntaxError("nothing can be awaited there, since the code is held meanwhile");
  return renamed(
    module,
    (name) => `(typeof ${name} === "undefined" && "${name}" in ${SCOPE} ? ${SCOPE}.${name} : ${name})`,
  );
}

/** @param to what stands for a name that the text does not declare itself; undefined leaves it. */
function renamed(module: ParsedModule, to: (name: string) => string | undefined): string {
  const edits = new MagicString(module.js);
  const done = new Set<AnyNode>();
  for (const { identifier, resolved } of module.scopes.scopes.flatMap((scope) => scope.references)) {
    const node = identifier as unknown as AnyNode & { name: string };
    const other = resolved || done.has(node) ? undefined : to(node.name);
    if (other === undefined) continue;
    done.add(node);
    rewriteName({ module, edits }, node, other);
  }
  return edits.toString();
}

/** `new Set<number>([1])` is JavaScript too, and means something else there. */
const AMBIGUOUS = /<.*>/s;

async function readText(text: string, strip: StripTypes): Promise<Read> {
  try {
    return parsed(AMBIGUOUS.test(text) ? await strip(text) : text);
  } catch {
    return parsed(await strip(text)); // TypeScript, or text that is neither: then this says why
  }
}

/** `{ a: 1 }` is an object to whoever types it into a console. */
function parsed(text: string): Read {
  const value = text.replace(/;\s*$/, "");
  try {
    return read(`(${value}\n)`, true);
  } catch {
    return read(text, false);
  }
}

function read(js: string, isValue: boolean): Read {
  const module = parseModule(js);
  return { module, isValue, awaits: awaits(module.program) };
}

function awaits(node: AnyNode): boolean {
  if (node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node.await)) return true;
  return !/Function/.test(node.type) && childrenOf(node).some(awaits);
}
