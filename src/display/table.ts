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
