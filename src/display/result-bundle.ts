import { RESULT_MIME, type ResultRecord } from "../contracts/records.js";
import { fitResult } from "./fit-run.js";
import { htmlTable } from "./html-table.js";
import { formatBytes } from "./human-units.js";
import { type MimeBundle, toJson } from "./mime-bundle.js";
import { block, oneLine } from "./plain-text.js";
import { svgLabel } from "./svg-label.js";

/** A result as an output, without reading it: what it is, where its bytes are and the preview made when it was stored. */
export function resultBundle(record: ResultRecord): MimeBundle {
  const line = resultLine(record);
  const rows: [string, string][] = [];
  if (record.reason) rows.push(["reason", oneLine(record.reason, 400)]);
  if (record.id) rows.push(["sha256", record.id]);
  if (record.preview) rows.push(["preview", block(record.preview, 2048)]);
  return {
    [RESULT_MIME]: toJson(fitResult(record, 2048)),
    "text/html": htmlTable({ caption: `Result · ${line}`, rows }),
    "image/svg+xml": svgLabel({
      glyph: record.kind === "Unserializable" ? "✕" : "▤",
      word: record.kind,
      tone: record.kind === "Unserializable" ? "bad" : "quiet",
      detail: line,
    }),
    "text/plain": [
      `Result · ${line}`,
      ...rows.map(([what, text]) => `  ${what}: ${text.replaceAll("\n", "\n    ")}`),
    ].join("\n"),
  };
}

/** A result in a few words: "stored, value, 1.2 KiB", "none", "cannot be serialized". */
export function resultLine(record: ResultRecord): string {
  if (record.kind === "NoResult") return "none";
  if (record.kind === "Unserializable")
    return `cannot be serialized${record.reason ? `: ${oneLine(record.reason)}` : ""}`;
  return [
    record.id ? "stored" : "not stored",
    record.serialized ? "serialized" : "in memory",
    record.serializer && oneLine(record.serializer, 60),
    record.bytes !== null && formatBytes(record.bytes),
  ]
    .filter(Boolean)
    .join(", ");
}
