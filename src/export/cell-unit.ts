import type { Cell } from "./notebook.js";

/** A call that runs with its cell: outside every function. */
export interface DirectCall {
  /** As written, when it is a dotted name: "flow", "audit.run". */
  readonly callee: string;
  /** Text of the arguments, without the brackets. */
  readonly args: string;
  readonly awaited: boolean;
}

/** A single `const`, `let` or `var`, in parts. */
export interface Variable {
  readonly keyword: string;
  readonly name: string;
  readonly type: string | null;
  readonly initializer: string | null;
  /** Dotted callee when the initializer is a call. */
  readonly madeBy: string | null;
}

/** A top-level statement of a cell, as data: what the export decides by, without the compiler. */
export interface Unit {
  readonly cell: Cell;
  /** Position among all units of the notebook. */
  readonly order: number;
  /** 1-based, in the cell. */
  readonly line: number;
  /** Comments before the statement, and the statement with a comment behind it on its last line. */
  readonly comments: string;
  readonly text: string;
  readonly kind: "definition" | "value" | "effect";
  /** Top-level names it declares: each with the spaces it takes ("type", "value"). */
  readonly binds: ReadonlyMap<string, ReadonlySet<"type" | "value">>;
  /** Outer names that are read when the statement runs, and those read later (in functions) or never (types). */
  readonly eager: ReadonlySet<string>;
  readonly lazy: ReadonlySet<string>;
  readonly calls: readonly DirectCall[];
  /** The call that is all of the statement, or of its initializer: `await main.run()`. */
  readonly whole: DirectCall | null;
  /** It has a `new` outside every function. */
  readonly creates: boolean;
  readonly variable: Variable | null;
  /** The cell's result: a last expression without a semicolon. */
  readonly shown: boolean;
  /** It changes something: an assignment, `delete`, `++`. */
  readonly assigns: boolean;
  /** It has calls, and each is to show something. */
  readonly displaysOnly: boolean;
}

/** One name that an import binds, or an import for its effects. */
export interface ImportedName {
  readonly cell: Cell;
  readonly order: number;
  readonly module: string;
  /** Text of `with { … }`, or "". */
  readonly attributes: string;
  /** null: imported for its effects. */
  readonly local: string | null;
  /** "default", "*" or the exported name. */
  readonly exported: string;
  readonly typeOnly: boolean;
}

export interface CellParts {
  readonly units: readonly Unit[];
  readonly imports: readonly ImportedName[];
  readonly hasJsx: boolean;
}
