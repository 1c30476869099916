import type { ErrorContent } from "../protocol/messages.js";

/** How strictly a cell is type-checked before it runs. */
export type CheckLevel = "error" | "warn" | "off";

export interface CompiledCell {
  readonly ok: true;
  /**
   * A script whose value is `async ($cell, $import, $require, $source) => result`, ready for `vm.Script`:
   * `$cell` gives the bindings of top-level names (`CellBindings`); `$import(specifier)` gives a
   * module namespace; `$source` is `noteSource`. The result is `{ value }` of the last expression, or
   * undefined where the cell has none or ends in a semicolon.
   */
  readonly js: string;
  /** Name for the script: what V8 shows in stacks. */
  readonly filename: string;
  /** Source map (version 3, JSON text) from `js` to the cell's text. */
  readonly map: string;
  /** To show although the cell runs: diagnostics (level "warn") with code frames, settings that cannot be used. */
  readonly warnings: readonly string[];
}
export interface RefusedCell {
  readonly ok: false;
  readonly error: ErrorContent;
  /** What else is to be shown, such as settings that cannot be used. */
  readonly warnings: readonly string[];
}

export interface Completion {
  /** Range to replace, UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly matches: readonly Match[];
}
/** One completion, as JupyterLab's `_jupyter_types_experimental` has it. */
export interface Match {
  readonly text: string;
  readonly type: string;
  /** Parameters and type, or where it would have to be imported from. */
  readonly signature?: string;
  readonly deprecated?: true;
  /** What else is to be changed in the cell, as the Language Server Protocol has it: the line that imports the name. */
  readonly additionalTextEdits?: TextEdit[];
}
/** Lines and characters (UTF-16 units) from 0. */
export type TextEdit = {
  readonly range: { readonly start: TextPosition; readonly end: TextPosition };
  readonly newText: string;
};
export type TextPosition = { readonly line: number; readonly character: number };

/** Everything that crosses to the language thread (worker of the kernel process). Cursors are UTF-16 units. */
export type LanguageCalls = {
  /** Loads the compiler and checks an empty cell, so that the first real one is fast. */
  warmUp: { ask: Record<string, never>; answer: null };
  /**
   * Compiles a cell, at the level that it and its notebook ask for unless `level` says which.
   * @param cell tells cells that run at a time apart. @default the count
   */
  compile: {
    ask: { cell?: string; code: string; count: number; level?: CheckLevel };
    answer: CompiledCell | RefusedCell;
  };
  /**
   * The compiled cell ran: an ok cell's names stay visible to later cells, of a failed one those that it had bound.
   */
  settle: { ask: { cell?: string; count: number; ok: boolean; bound?: readonly string[] }; answer: null };
  complete: { ask: { code: string; cursor: number }; answer: Completion };
  inspect: {
    ask: { code: string; cursor: number; detail: 0 | 1 };
    answer: { found: boolean; data: { readonly [mime: string]: string } };
  };
  isComplete: {
    ask: { code: string };
    answer: { status: "complete" | "incomplete" | "invalid"; indent: string };
  };
  /** An expression, or statements, without types; the code itself where it is no TypeScript. */
  strip: { ask: { code: string }; answer: { js: string } };
  /** The session began anew: no names are visible. */
  reset: { ask: Record<string, never>; answer: null };
};
/** `workerData` of the language thread. */
export interface LanguageSetup {
  /** Folder of the notebook: where tsconfig.json and node_modules are looked up. */
  readonly folder: string;
  /** The notebook's file, whose metadata says how strictly cells are checked; null for a console. */
  readonly notebook: string | null;
}
