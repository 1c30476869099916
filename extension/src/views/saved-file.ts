import type { ResultPreview } from "../../../src/contracts/run-comm.js";

/** A file that a person may keep. */
export interface SavedFile {
  readonly name: string;
  readonly type: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
}

const ENDINGS: { readonly [mime: string]: string } = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/gif": "gif",
  "image/webp": "webp",
  "application/pdf": "pdf",
};

/** A result as a file; undefined where the preview does not hold all of it. */
export function fileOf(preview: ResultPreview, resultId: string): SavedFile | undefined {
  const named = (ending: string): string => `result-${resultId.slice(0, 8)}.${ending}`;
  if (preview.kind === "json")
    return { name: named("json"), type: "application/json", content: JSON.stringify(preview.value, null, 2) };
  if (preview.kind === "text" && !preview.truncated)
    return { name: named("txt"), type: "text/plain", content: preview.text };
  if (preview.kind === "mime") return mediaFile(preview.bundle, named);
  if (preview.kind === "table" && preview.rows.length === preview.totalRows)
    return { name: named("csv"), type: "text/csv", content: csvOf([preview.columns, ...preview.rows]) };
  return undefined;
}

/** Hands a file to the browser, which asks or keeps it where it keeps downloads. */
export function saveFile({ name, type, content }: SavedFile): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000); // the browser has begun to read it by then
}

function mediaFile(
  bundle: { readonly [mime: string]: unknown },
  named: (ending: string) => string,
): SavedFile | undefined {
  for (const [mime, data] of Object.entries(bundle)) {
    const ending = ENDINGS[mime];
    if (ending && typeof data === "string")
      return { name: named(ending), type: mime, content: Uint8Array.from(atob(data), (char) => char.charCodeAt(0)) };
    if (mime.endsWith("+json") && typeof data === "object")
      return { name: named("json"), type: "application/json", content: JSON.stringify(data, null, 2) };
  }
  return undefined;
}

/** https://www.rfc-editor.org/rfc/rfc4180 */
const csvOf = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(csvField).join(",")}\r\n`).join("");

/** Text that a spreadsheet would take for a formula is kept from being one. */
function csvField(text: string): string {
  const inert = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
