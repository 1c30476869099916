import type { AnyNode } from "acorn";
import MagicString from "magic-string";
import { type ParsedModule, parseModule } from "../../src/source/parsed-module.js";
import { rewriteName } from "../../src/source/rewrite-name.js";
import { SCOPE } from "./main-thread.js";

/**
 * An expression as V8 can evaluate it in a frame: names of the notebook that the frame does not hide become
 * properties of the scope object, as in compiled cells.
 * @throws {SyntaxError} for text that is no JavaScript.
 */
export const expressionInFrame = (text: string, near: ReadonlySet<string>, notebook: ReadonlySet<string>): string =>
  renamed(text, (name) => (notebook.has(name) && !near.has(name) ? `${SCOPE}.${name}` : undefined));

/**
 * The condition of a breakpoint, whose frame is not known yet: a name means what the frame knows, else what the
 * notebook does.
 * @throws {SyntaxError} for text that is no JavaScript.
 */
export const conditionInFrame = (text: string): string =>
  renamed(text, (name) => `(typeof ${name} === "undefined" ? ${SCOPE}.${name} : ${name})`);

/** @param to what stands for a name that the text does not declare itself; undefined leaves it. */
function renamed(text: string, to: (name: string) => string | undefined): string {
  const module = parsed(text);
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

/** `{ a: 1 }` is an object to whoever types it into a console. */
function parsed(text: string): ParsedModule {
  try {
    return parseModule(`(${text}\n)`);
  } catch {
    return parseModule(text);
  }
}
