import type { ColumnSummary, ResultPreview } from "../../src/contracts/run-comm.js";
import type { RowSource } from "../../src/display/row-source.js";
import { cellText, TABLE_LIMITS } from "../../src/display/table.js";

const BINS = 12;
/** Rows are read in pieces, so that a summary of a large table does not hold all of it twice. */
const PIECE = 5000;
/** A larger table is summarized by its first rows. */
const MOST_SUMMARIZED = 1_000_000;

type TablePreview = Extract<ResultPreview, { kind: "table" }>;

/** A window of at most 100 rows; the first one with a summary of each column. */
export function previewRows(source: RowSource, from = 0): TablePreview {
  const columns = source.columns.slice(0, TABLE_LIMITS.columns);
  const start = Math.min(Math.max(0, Math.floor(from)), source.totalRows);
  const window = source.rows(start, Math.min(source.totalRows, start + TABLE_LIMITS.rows));
  return {
    kind: "table",
    columns,
    rows: window.map((row) => columns.map((_, index) => cellText(row[index]))),
    from: start,
    totalRows: source.totalRows,
    ...(source.columns.length > columns.length && { moreColumns: source.columns.slice(columns.length) }),
    ...(start === 0 && { summaries: summarize(source, columns.length) }),
  };
}

interface Tally {
  nulls: number;
  readonly kinds: Set<string>;
  min: unknown;
  max: unknown;
}

function summarize(source: RowSource, count: number): ColumnSummary[] {
  const total = Math.min(source.totalRows, MOST_SUMMARIZED);
  const tallies = Array.from(
    { length: count },
    (): Tally => ({ nulls: 0, kinds: new Set(), min: undefined, max: undefined }),
  );
  eachRow(source, total, (row) => {
    for (let index = 0; index < count; index += 1) add(tallies[index]!, row[index]);
  });
  const bins = tallies.map(({ min, max }) => (isSpan(min, max) ? new Array<number>(BINS).fill(0) : undefined));
  if (bins.some((each) => each !== undefined))
    eachRow(source, total, (row) => {
      for (let index = 0; index < count; index += 1) {
        const value = row[index];
        const { min, max } = tallies[index]!;
        if (bins[index] && isNumber(value)) bins[index]![binOf(value, min as number, max as number)]! += 1;
      }
    });
  return tallies.map(
    ({ nulls, kinds, min, max }, index): ColumnSummary => ({
      type: typeOf(kinds),
      nulls,
      min: min === undefined ? null : cellText(min),
      max: max === undefined ? null : cellText(max),
      ...(bins[index] && { bins: bins[index] }),
    }),
  );
}

function eachRow(source: RowSource, total: number, visit: (row: readonly unknown[]) => void): void {
  for (let from = 0; from < total; from += PIECE)
    for (const row of source.rows(from, Math.min(total, from + PIECE))) visit(row);
}

function add(tally: Tally, value: unknown): void {
  if (value === null || value === undefined || Number.isNaN(value)) {
    tally.nulls += 1;
    return;
  }
  tally.kinds.add(kindOf(value));
  if (!isComparable(value)) return;
  if (tally.min === undefined || value < (tally.min as number)) tally.min = value;
  if (tally.max === undefined || value > (tally.max as number)) tally.max = value;
}

function kindOf(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  if (value instanceof Date) return "datetime";
  return typeof value === "object" ? "object" : typeof value;
}

function typeOf(kinds: ReadonlySet<string>): string {
  const [first = "empty"] = kinds;
  if (kinds.size <= 1) return first;
  return [...kinds].every((kind) => kind === "integer" || kind === "number") ? "number" : "mixed";
}

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isComparable = (value: unknown): value is number =>
  isNumber(value) || typeof value === "bigint" || typeof value === "string" || value instanceof Date;
const isSpan = (min: unknown, max: unknown): boolean => isNumber(min) && isNumber(max) && min < max;
const binOf = (value: number, min: number, max: number): number =>
  Math.min(BINS - 1, Math.floor(((value - min) / (max - min)) * BINS));
