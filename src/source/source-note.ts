/**
 * What a function's source is, said by the transformation that compiled it (cells and exported scripts
 * go through the same one), kept beside the function.
 */
export interface SourceNote {
  /** The function in normal form: types, comments and layout removed. Equal text, equal code. */
  readonly text: string;
  /** Values now of the top-level names that the text refers to (functions, constants); evaluated late. */
  readonly references: () => { readonly [name: string]: unknown };
  /** Imported names that the text refers to: local name → "specifier#export". */
  readonly imports: { readonly [name: string]: string };
}

const notes = new WeakMap<object, SourceNote>();

/** Called by compiled code around a function literal; gives the function back. */
export function noteSource<F extends object>(
  fn: F,
  text: string,
  references: SourceNote["references"] = () => ({}),
  imports: SourceNote["imports"] = {},
): F {
  notes.set(fn, { text, references, imports });
  return fn;
}

/** The note of a compiled function; undefined where no transformation ran. */
export const sourceNoteOf = (fn: object): SourceNote | undefined => notes.get(fn);
