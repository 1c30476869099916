import type { AnyNode } from "acorn";
import type MagicString from "magic-string";
import type { EarlierNames } from "./noted-functions.js";
import type { ParsedModule } from "./parsed-module.js";

/** A cell on its way to a script: what every step of the rewriting reads. */
export interface CellRewriting {
  readonly module: ParsedModule;
  readonly edits: MagicString;
  readonly filename: string;
  /** The cell's own top-level names that live on the scope object. */
  readonly shared: ReadonlySet<string>;
  readonly earlier: EarlierNames;
  /** Noted functions → the arguments of `$source` after the function. */
  readonly notes: ReadonlyMap<AnyNode, string>;
  /** Parameters of the script's function: never names that the cell itself uses. */
  readonly scope: string;
  readonly load: string;
  readonly require: string;
  readonly source: string;
  readonly meta: string;
}
