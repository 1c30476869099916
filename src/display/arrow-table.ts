import type { RowSource } from "./row-source.js";

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
export function arrowRows(value: object): RowSource | undefined {
  if (isTable(value)) return rowsOfTable(value);
  return isVector(value) ? rowsOfVector(value) : undefined;
}

function rowsOfTable(table: ArrowTable): RowSource {
  const { fields } = table.schema;
  return {
    columns: fields.map(({ name }) => name),
    totalRows: table.numRows,
    rows: (from, to) =>
      range(from, Math.min(to, table.numRows)).map((index) => {
        const row = table.get(index);
        return fields.map(({ name, type }) => readable(row?.[name], type));
      }),
  };
}

const rowsOfVector = (vector: ArrowVector): RowSource => ({
  columns: [String(vector.type)],
  totalRows: vector.length,
  rows: (from, to) =>
    range(from, Math.min(to, vector.length)).map((index) => [readable(vector.get(index), vector.type)]),
});

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);

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
