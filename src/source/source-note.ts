import { noteVariables } from "../result/masking.js";
import { noteModule } from "./module-note.js";

/**
 * What a function's source is, said by the transformation that compiled it (cells and exported scripts
 * go through the same one), kept beside the function.
 */
export interface SourceNote {
  /** The function in normal form: types, comments and layout removed. Equal text, equal code. */
  readonly text: string;
  /** Values now of the names that the text refers to (functions, constants, an arrow's `this`); evaluated late. */
  readonly references: () => { readonly [name: string]: unknown };
  /** Imported names that the text refers to: local name → "specifier#export". */
  readonly imports: { readonly [name: string]: string };
  /** Values now of the imported names; undefined where the transformation did not say. */
  readonly imported: (() => { readonly [name: string]: unknown }) | undefined;
}

const notes = new WeakMap<object, SourceNote>();

function note<F extends object>(
  fn: F,
  text: string,
  references: SourceNote["references"] = () => ({}),
  imports: SourceNote["imports"] = {},
  imported?: SourceNote["imported"],
): F {
  notes.set(fn, { text, references, imports, imported });
  return fn;
}

/**
 * Called by compiled code around a function literal; gives the function back. Its `module` notes a whole module, its
 * `variables` the environment variables that a module reads.
 */
export const noteSource = Object.assign(note, {
  /** Notes a whole module: its functions, and what it imports. */
  module: noteModule,
  /** Notes the environment variables that a module reads. */
  variables: noteVariables,
});

/** The note of a compiled function; undefined where no transformation ran. */
export const sourceNoteOf = (fn: object): SourceNote | undefined => notes.get(fn);
