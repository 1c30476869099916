import type { AnyNode } from "acorn";
import { freeName, outerReferences, type ParsedModule, parseModule, visit } from "../../source/parsed-module.js";

/** A function's text, read as far as another thread needs it. */
export interface FunctionSource {
  readonly isClass: boolean;
  /** Names that it refers to and does not declare: variables around it, and globals. */
  readonly outer: ReadonlySet<string>;
  /** Of these, what it assigns to. */
  readonly assigned: ReadonlySet<string>;
  /** The text as an expression; `import()` and `import.meta` go by these names, which it uses nowhere. */
  readonly expression: string;
  readonly load: string;
  readonly meta: string;
  /** What it loads while it runs, as far as the text says it: `import("./x.js")`, `require("x")`. */
  readonly loads: readonly string[];
}

/** @throws {SyntaxError} when the text is none that can be compiled again: native code, a bound function. */
export function functionSource(text: string): FunctionSource {
  const [module, before, after] = parseFunction(text);
  const references = outerReferences(module, module.program).filter(({ resolved }) => !resolved);
  const isNamed = ({ identifier }: (typeof references)[number]) => {
    const parent = module.parentOf(identifier as unknown as AnyNode);
    return !(parent?.type === "UnaryExpression" && parent.operator === "typeof"); // asks whether it is there
  };
  const nameOf = ({ identifier }: (typeof references)[number]) => String((identifier as { name: string }).name);
  const load = freeName("$load", module);
  const meta = freeName("$meta", module);
  return {
    isClass: /^class\b/.test(text),
    outer: new Set(references.filter(isNamed).map(nameOf)),
    assigned: new Set(references.filter((reference) => reference.isWrite()).map(nameOf)),
    expression: `${before}${rewritten(module, load, meta)}${after}`,
    load,
    meta,
    loads: loadedIn(module),
  };
}

function loadedIn({ program }: ParsedModule): string[] {
  const loads = new Set<string>();
  visit(program, (node) => {
    const {
      type,
      source,
      callee,
      arguments: args,
    } = node as typeof node & {
      source?: AnyNode;
      callee?: AnyNode;
      arguments?: AnyNode[];
    };
    const isRequire = type === "CallExpression" && callee?.type === "Identifier" && callee.name === "require";
    const loaded = type === "ImportExpression" ? source : isRequire ? args?.[0] : undefined;
    if (loaded?.type === "Literal" && typeof loaded.value === "string") loads.add(loaded.value);
  });
  return [...loads];
}

/** The text as an expression; of a method `a() {}`, the object around it. */
function parseFunction(text: string): [module: ParsedModule, before: string, after: string] {
  try {
    return [parseModule(`(${text})`), "", ""];
  } catch (error) {
    try {
      return [parseModule(`({${text}})`), "Object.values(", ")[0]"];
    } catch {
      throw error; // the text as a function is what a person knows
    }
  }
}

function rewritten({ js, program }: ParsedModule, load: string, meta: string): string {
  const edits: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  visit(program, ({ type, start, end, ...node }) => {
    if (type === "ImportExpression") edits.push({ start, end: start + "import".length, text: load });
    if (type === "MetaProperty" && (node as { meta?: { name?: string } }).meta?.name === "import")
      edits.push({ start, end, text: meta });
  });
  return edits
    .sort((a, b) => b.start - a.start)
    .reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), js);
}
