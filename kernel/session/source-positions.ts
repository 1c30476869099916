import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { CellOrigin } from "../links/control-calls.js";

interface CellSource {
  readonly count: number;
  readonly map: string;
  traced?: TraceMap;
}

/** A place in a cell's own text. Lines and columns from 1. */
export interface CellPosition {
  readonly count: number;
  readonly line: number;
  readonly column: number;
}

const cells = new Map<string, CellSource>();

/** Remembers where the script of a cell comes from, for stacks that name it later. */
export function rememberSource(filename: string, count: number, map: string): void {
  cells.set(filename, { count, map });
}

/** Whether a script is a cell's. */
export const isCellFile = (filename: string): boolean => cells.has(filename);

/** Where in a cell a place of its script comes from; undefined for code that the cell's author did not write. */
export function cellPosition(filename: string, line: number, column: number): CellPosition | undefined {
  const source = cells.get(filename);
  if (!source) return undefined;
  const { line: from, column: across } = originalPositionFor(traced(source), { line, column: column - 1 });
  return from === null ? undefined : { count: source.count, line: from, column: across + 1 };
}

/** The script of a cell with its way back to the cell; null for other files. */
export function cellOrigin(filename: string): CellOrigin | null {
  const source = cells.get(filename);
  if (!source) return null;
  return { count: source.count, map: source.map, text: traced(source).sourcesContent?.[0] ?? "" };
}

/** The text of a cell by its count; undefined where its map does not carry it. */
export function cellText(count: number): string | undefined {
  for (const source of cells.values())
    if (source.count === count) return traced(source).sourcesContent?.[0] ?? undefined;
  return undefined;
}

/** A map is parsed when the first stack asks for it: most cells never throw. */
const traced = (source: CellSource): TraceMap => (source.traced ??= new TraceMap(source.map));
