import type { ErrorRecord } from "../../../src/contracts/records.js";

const CELL_PLACE = /Cell \[(\d+)\], line (\d+):(\d+)/;

/** A place in a cell, as a stack names it; lines and columns count from 1. */
export interface CellPlace {
  /** The cell's execution count. */
  readonly count: number;
  readonly line: number;
  readonly column: number;
}

/** Shows a place in the editor; false when its cell is not there any more. */
export type OpenCell = (place: CellPlace) => boolean;

/** A place in a line of text, with where it stands there; undefined when the line names none. */
export function placeIn(
  text: string,
): { readonly place: CellPlace; readonly start: number; readonly end: number } | undefined {
  const found = CELL_PLACE.exec(text);
  if (!found) return undefined;
  const [count, line, column] = found.slice(1).map(Number) as [number, number, number];
  return { place: { count, line, column }, start: found.index, end: found.index + found[0].length };
}

/** Where in a cell an error was thrown: its own first frame there, else its causes'. */
export function placeOf(error: ErrorRecord | undefined): CellPlace | undefined {
  if (!error) return undefined;
  return placeIn(error.stack ?? "")?.place ?? placeOf(error.cause) ?? placeOf(error.errors?.[0]);
}
