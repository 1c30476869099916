import { arrowRows } from "./arrow-table.js";
import type { RowSource } from "./row-source.js";
import { TABLE_LIMITS, type Table } from "./table.js";

type Row = { readonly [column: string]: unknown };

/** The upper left corner of the table that a value is; undefined for anything that is none. */
export function tableOf(value: unknown): Table | undefined {
  const source = rowsOf(value);
  if (!source) return undefined;
  const columns = source.columns.slice(0, TABLE_LIMITS.columns);
  return {
    columns,
    rows: source
      .rows(0, Math.min(source.totalRows, TABLE_LIMITS.rows))
      .map((row) => (row.length > columns.length ? row.slice(0, columns.length) : row)),
    totalRows: source.totalRows,
    totalColumns: source.columns.length,
  };
}

/** The table that a value is: an array of records, an Arrow table or vector, or a data frame; undefined for anything else. */
export function rowsOf(value: unknown): RowSource | undefined {
  if (Array.isArray(value)) return value.length > 0 && alike(value) ? fromRecords(value) : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  return arrowRows(value) ?? fromFrame(value);
}

function fromRecords(records: readonly Row[]): RowSource {
  // What the first rows have, and what others have that is not there: columns do not depend on where one looks.
  const names = new Set<string>();
  for (const record of records) for (const name in record) if (Object.hasOwn(record, name)) names.add(name);
  const columns = [...names];
  return {
    columns,
    totalRows: records.length,
    rows: (from, to) => records.slice(from, to).map((row) => columns.map((name) => row[name])),
  };
}

/** Data frames give their records by one of these methods: arquero, polars. */
function fromFrame(value: object): RowSource | undefined {
  const frame = value as Partial<{
    objects(options?: { limit?: number; offset?: number }): unknown;
    toRecords(): unknown;
    numRows(): number;
  }>;
  const objects = typeof frame.objects === "function" && typeof frame.numRows === "function";
  const head = objects
    ? frame.objects!({ limit: TABLE_LIMITS.rows })
    : typeof frame.toRecords === "function"
      ? frame.toRecords()
      : undefined;
  if (!Array.isArray(head) || !alike(head)) return undefined;
  const { columns, rows } = fromRecords(head);
  if (!objects)
    return { columns, rows, totalRows: typeof frame.numRows === "function" ? frame.numRows() : head.length };
  return {
    columns,
    totalRows: frame.numRows!(),
    rows: (from, to) =>
      to <= head.length
        ? rows(from, to)
        : (frame.objects!({ limit: to - from, offset: from }) as Row[]).map((row) => columns.map((name) => row[name])),
  };
}

/** Plain records, or instances of one class that only holds data: the rows of many database clients. */
function alike(rows: readonly unknown[]): rows is Row[] {
  const [first] = rows;
  if (isRecord(first)) return rows.every(isRecord);
  return isDataRow(first) && rows.every((row) => isDataRow(row) && row.constructor === first.constructor);
}

function isRecord(value: unknown): value is Row {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.keys(value).length > 0;
}

function isDataRow(value: unknown): value is Row {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || Object.getPrototypeOf(prototype) !== Object.prototype) return false;
  const own = Reflect.ownKeys(prototype);
  return own.length === 1 && own[0] === "constructor" && Object.keys(value).length > 0;
}
