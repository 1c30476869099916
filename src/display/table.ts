import { inspect } from "node:util";
import type { Json } from "../contracts/json.js";
import { isFaithfulJson } from "./faithful-json.js";
import { htmlTable } from "./html-table.js";
import type { MimeBundle } from "./mime-bundle.js";
import { block } from "./plain-text.js";

/** Frictionless Data: what data explorers of front ends read. */
export const DATA_RESOURCE_MIME = "application/vnd.dataresource+json";

/** At most so much of a table is shown; its caption says how large it is. */
export const TABLE_LIMITS = { rows: 100, columns: 30, cell: 200 } as const;

/** The upper left corner of a table, values untouched. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  readonly totalRows: number;
  readonly totalColumns: number;
}

type Row = { readonly [column: string]: unknown };

/** The table that a value is: an array of records, an Arrow table or a data frame; undefined for anything else. */
export function tableOf(value: unknown): Table | undefined {
  if (Array.isArray(value))
    return value.every(isRecord) && value.length > 0 ? fromRecords(value, value.length) : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  return fromArrow(value) ?? fromFrame(value);
}

/** A table as an output: HTML, data resource and text. */
export function tableBundle(table: Table): MimeBundle {
  const { columns, rows, totalRows, totalColumns } = table;
  const caption = `${count(totalRows, "row")} × ${count(totalColumns, "column")}${cutNote(table)}`;
  const texts = rows.map((row) => row.map(cellText));
  const data = rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, cellJson(row[index])])));
  return {
    "text/html": htmlTable({ caption, head: columns, rows: texts }),
    [DATA_RESOURCE_MIME]: {
      schema: { fields: columns.map((name, index) => ({ name, type: fieldType(rows.map((row) => row[index])) })) },
      data,
    },
    "text/plain": `${caption}\n${textTable(columns, texts)}`,
  };
}

/** A value in a table's cell, in one piece of text. */
export function cellText(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "string") return block(value, TABLE_LIMITS.cell);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  return block(inspect(value, { depth: 1, breakLength: Infinity, maxArrayLength: 10 }), TABLE_LIMITS.cell);
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

/** Apache Arrow: https://arrow.apache.org/docs/js/classes/Arrow.dom.Table.html */
function fromArrow(value: object): Table | undefined {
  const table = value as Partial<{ schema: { fields: { name: string }[] }; numRows: number; get(row: number): Row }>;
  if (!Array.isArray(table.schema?.fields) || typeof table.numRows !== "number" || typeof table.get !== "function")
    return undefined;
  const names = table.schema.fields.map(({ name }) => name);
  const columns = names.slice(0, TABLE_LIMITS.columns);
  const shown = Array.from({ length: Math.min(table.numRows, TABLE_LIMITS.rows) }, (_, row) => table.get!(row));
  return {
    columns,
    rows: shown.map((row) => columns.map((name) => row[name])),
    totalRows: table.numRows,
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
  if (!Array.isArray(records) || !records.every(isRecord)) return undefined;
  return fromRecords(records, typeof frame.numRows === "function" ? frame.numRows() : records.length);
}

function isRecord(value: unknown): value is Row {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.keys(value).length > 0;
}

const cellJson = (value: unknown): Json => {
  if (value === undefined) return null;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  return isFaithfulJson(value, 1024) ? value : cellText(value);
};

/** https://specs.frictionlessdata.io/table-schema/#types-and-formats */
function fieldType(values: readonly unknown[]): string {
  const kinds = new Set(values.filter((value) => value !== null && value !== undefined).map(kindOf));
  return kinds.size === 1
    ? [...kinds][0]!
    : kinds.size === 2 && kinds.has("number") && kinds.has("integer")
      ? "number"
      : "any";
}

function kindOf(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  if (value instanceof Date) return "datetime";
  return typeof value === "string" || typeof value === "boolean" ? typeof value : "any";
}

function cutNote({ columns, rows, totalRows, totalColumns }: Table): string {
  const cuts = [
    totalRows > rows.length && `first ${count(rows.length, "row")}`,
    totalColumns > columns.length && `first ${count(columns.length, "column")}`,
  ].filter(Boolean);
  return cuts.length ? `, ${cuts.join(" and ")} shown` : "";
}

const count = (number: number, what: string): string =>
  `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;

function textTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [columns, ...rows].map((row) => row.map((text) => text.replace(/\s+/g, " ").slice(0, 40)));
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]!.length)));
  return lines
    .map((line) =>
      line
        .map((text, index) => text.padEnd(widths[index]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
