import { arrowTable } from "./arrow-table.js";
import { TABLE_LIMITS, type Table } from "./table.js";

type Row = { readonly [column: string]: unknown };

/** The table that a value is: an array of records, an Arrow table or vector, or a data frame; undefined for anything else. */
export function tableOf(value: unknown): Table | undefined {
  if (Array.isArray(value)) return value.length > 0 && alike(value) ? fromRecords(value, value.length) : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  return arrowTable(value) ?? fromFrame(value);
}

function fromRecords(records: readonly Row[], totalRows: number): Table {
  const shown = records.slice(0, TABLE_LIMITS.rows);
  const names = [...new Set(shown.flatMap((row) => Object.keys(row)))];
  const columns = names.slice(0, TABLE_LIMITS.columns);
  return {
    columns,
    rows: shown.map((row) => columns.map((name) => row[name])),
    totalRows,
    totalColumns: names.length,
  };
}

/** Data frames give their records by one of these methods: arquero, polars. */
function fromFrame(value: object): Table | undefined {
  const frame = value as Partial<{
    objects(options?: { limit: number }): unknown;
    toRecords(): unknown;
    numRows(): number;
  }>;
  const records =
    typeof frame.objects === "function" && typeof frame.numRows === "function"
      ? frame.objects({ limit: TABLE_LIMITS.rows })
      : typeof frame.toRecords === "function"
        ? frame.toRecords()
        : undefined;
  if (!Array.isArray(records) || !alike(records)) return undefined;
  return fromRecords(records, typeof frame.numRows === "function" ? frame.numRows() : records.length);
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
