import type { DownloadFormat, DownloadPiece, DownloadStart, ResultPreview } from "../../../src/contracts/run-comm.js";

/** A file that a person may keep. */
export interface SavedFile {
  readonly name: string;
  readonly type: string;
  readonly parts: readonly (string | Uint8Array<ArrayBuffer>)[];
}

/** Hands a file to the browser, which asks or keeps it where it keeps downloads. */
export function saveFile({ name, type, parts }: SavedFile): void {
  const url = URL.createObjectURL(new Blob([...parts], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000); // the browser has begun to read it by then
}

/** The kernel's side of a download. */
export interface DownloadSource {
  start(resultId: string, format: DownloadFormat): Promise<DownloadStart>;
  next(download: number): Promise<DownloadPiece>;
}

/** Reads a whole result, piece after piece. @param progress is called with the bytes that have arrived. */
export async function download(
  source: DownloadSource,
  resultId: string,
  format: DownloadFormat,
  progress: (bytes: number) => void,
): Promise<SavedFile> {
  const { download, name, type } = await source.start(resultId, format);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (;;) {
    const { base64 } = await source.next(download);
    if (base64 === null) return { name, type, parts };
    const part = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    parts.push(part);
    bytes += part.length;
    progress(bytes);
  }
}

/** The forms in which an opened result can be kept. */
export function formatsOf(preview: ResultPreview): readonly DownloadFormat[] {
  if (preview.kind === "table") return ["csv", "json", "raw"];
  return preview.kind === "text" || preview.kind === "mime" ? ["raw", "json"] : ["json", "raw"];
}
