/** A table of any size whose rows are read where they are wanted; values untouched. */
export interface RowSource {
  readonly columns: readonly string[];
  readonly totalRows: number;
  /** The rows of [from, to), each with a value per column. */
  readonly rows: (from: number, to: number) => readonly (readonly unknown[])[];
}
