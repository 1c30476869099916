import type { Json } from "../../src/contracts/json.js";
import type { ResultPreview } from "../../src/contracts/run-comm.js";
import { isFaithfulJson } from "../../src/display/faithful-json.js";
import { cellText } from "../../src/display/table.js";
import { tableOf } from "../../src/display/table-of.js";
import { valueText } from "../../src/display/value-bundle.js";
import { reviveSerializer } from "../../src/result/registry.js";
import type { SerializerJson } from "../../src/result/result-serializer.js";
import type { Store } from "../../src/store/store.js";

/** Characters of text and of JSON that a preview takes. */
const MOST_TEXT = 64 * 1024;

/**
 * A stored result as a person reads it.
 * @throws {TypeError} when its serializer is not known here, {CorruptResultError} when the store's copy is damaged.
 */
export async function previewResult(
  store: Store,
  resultId: string,
  serializer: SerializerJson,
): Promise<ResultPreview> {
  const blob = JSON.parse(await store.readResult(resultId)) as Json;
  return previewValue(await reviveSerializer(serializer).deserialize(blob));
}

/** A value in the form that suits it: rows, a tree, or text. */
export function previewValue(value: unknown): ResultPreview {
  const table = tableOf(value);
  if (table) {
    const { columns, rows, totalRows } = table;
    return { kind: "table", columns, rows: rows.map((row) => row.map(cellText)), totalRows };
  }
  if (typeof value === "object" && isFaithfulJson(value, MOST_TEXT)) return { kind: "json", value };
  const text = typeof value === "string" ? value : valueText(value);
  return { kind: "text", text: text.slice(0, MOST_TEXT), truncated: text.length > MOST_TEXT };
}
