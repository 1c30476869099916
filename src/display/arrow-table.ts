import { TABLE_LIMITS, type Table } from "./table.js";

interface ArrowType {
  /** https://arrow.apache.org/docs/js/enums/Arrow.dom.Type.html */
  readonly typeId: number;
}
interface ArrowTable {
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type?: ArrowType }[] };
  readonly numRows: number;
  get(row: number): { readonly [column: string]: unknown } | null;
}
interface ArrowVector {
  readonly type: ArrowType;
  readonly length: number;
  get(index: number): unknown;
}

const DATE = 8;
const TIMESTAMP = 10;

/**
 * An Apache Arrow table, record batch or vector, known by its interface; undefined for anything else.
 * https://arrow.apache.org/docs/js/classes/Arrow.dom.Table.html
 */
export function arrowTable(value: object): Table | undefined {
  if (isTable(value)) return cornerOf(value);
  return isVector(value) ? columnOf(value) : undefined;
}

function cornerOf(table: ArrowTable): Table {
  const { fields } = table.schema;
  const shown = fields.slice(0, TABLE_LIMITS.columns);
  const rows = Array.from({ length: Math.min(table.numRows, TABLE_LIMITS.rows) }, (_, row) => table.get(row));
  return {
    columns: shown.map(({ name }) => name),
    rows: rows.map((row) => shown.map(({ name, type }) => readable(row?.[name], type))),
    totalRows: table.numRows,
    totalColumns: fields.length,
  };
}

function columnOf(vector: ArrowVector): Table {
  const length = Math.min(vector.length, TABLE_LIMITS.rows);
  return {
    columns: [String(vector.type)],
    rows: Array.from({ length }, (_, index) => [readable(vector.get(index), vector.type)]),
    totalRows: vector.length,
    totalColumns: 1,
  };
}

/** Arrow gives moments as milliseconds. */
function readable(value: unknown, type: ArrowType | undefined): unknown {
  const moment = type?.typeId === DATE || type?.typeId === TIMESTAMP;
  return moment && typeof value === "number" ? new Date(value) : value;
}

function isTable(value: object): value is ArrowTable {
  const { schema, numRows, get } = value as Partial<ArrowTable>;
  return Array.isArray(schema?.fields) && typeof numRows === "number" && typeof get === "function";
}

function isVector(value: object): value is ArrowVector {
  const { type, length, get } = value as Partial<ArrowVector>;
  return typeof type?.typeId === "number" && typeof length === "number" && typeof get === "function";
}
