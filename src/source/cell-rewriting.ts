import type { AnyNode } from "acorn";
import type { Reference } from "eslint-scope";
import type MagicString from "magic-string";
import type { EarlierNames } from "./noted-functions.js";
import { isNested, type ParsedModule } from "./parsed-module.js";

/** A cell on its way to a script: what every step of the rewriting reads. */
export interface CellRewriting {
  readonly module: ParsedModule;
  readonly edits: MagicString;
  readonly filename: string;
  /** The cell's own top-level names that live in bindings. */
  readonly shared: ReadonlySet<string>;
  readonly earlier: EarlierNames;
  /** What the cell imports itself: local name → "specifier#export". */
  readonly imports: ReadonlyMap<string, string>;
  /** Noted functions → the arguments of `$source` after the function. */
  readonly notes: ReadonlyMap<AnyNode, string>;
  /** Parameters of the script's function: never names that the cell itself uses. */
  readonly cell: string;
  readonly load: string;
  readonly require: string;
  readonly source: string;
  readonly meta: string;
  /** What the names of variables that hold bindings begin with. */
  readonly prefix: string;
}

/** The variable that holds a name's binding. */
export const bindingOf = ({ prefix }: Pick<CellRewriting, "prefix">, name: string): string => `${prefix}${name}`;

/** Where a name's value is. */
export const slotOf = (rewriting: Pick<CellRewriting, "prefix">, name: string): string =>
  `${bindingOf(rewriting, name)}.v`;

/** An identifier that stands for a name in a binding. */
export interface SharedReference {
  readonly node: AnyNode & { readonly name: string };
  readonly name: string;
  readonly isRead: boolean;
  readonly isWrite: boolean;
  /** It is in a function, or what runs like one. */
  readonly isNested: boolean;
}

/** All identifiers of a cell that stand for its own or earlier cells' names, each once. */
export function sharedReferences(rewriting: Pick<CellRewriting, "module" | "shared" | "earlier">): SharedReference[] {
  const { module, shared, earlier } = rewriting;
  const found = new Map<AnyNode, SharedReference>();
  for (const reference of module.scopes.scopes.flatMap((scope) => scope.references)) {
    const node = reference.identifier as unknown as SharedReference["node"];
    const { resolved } = reference;
    if (!(resolved ? resolved.scope === module.top && shared.has(node.name) : earlier.values.has(node.name))) continue;
    found.set(node, merged(found.get(node), reference, node));
  }
  return [...found.values()];
}

/** A default in a pattern makes a second reference of the same identifier. */
function merged(
  before: SharedReference | undefined,
  reference: Reference,
  node: SharedReference["node"],
): SharedReference {
  return {
    node,
    name: node.name,
    isRead: reference.isRead() || (before?.isRead ?? false),
    isWrite: reference.isWrite() || (before?.isWrite ?? false),
    isNested: isNested(reference),
  };
}
