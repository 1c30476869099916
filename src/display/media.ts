import { formatBytes } from "./human-units.js";
import type { MimeBundle } from "./mime-bundle.js";

interface Format {
  readonly name: string;
  readonly mime: string;
  /** Bytes by which the format is known, with the place where they stand. */
  readonly magic: readonly (readonly [offset: number, bytes: string])[];
}

const FORMATS: readonly Format[] = [
  { name: "PNG image", mime: "image/png", magic: [[0, "\x89PNG\r\n\x1a\n"]] },
  { name: "JPEG image", mime: "image/jpeg", magic: [[0, "\xff\xd8\xff"]] },
  { name: "GIF image", mime: "image/gif", magic: [[0, "GIF8"]] },
  {
    name: "WebP image",
    mime: "image/webp",
    magic: [
      [0, "RIFF"],
      [8, "WEBP"],
    ],
  },
  { name: "PDF document", mime: "application/pdf", magic: [[0, "%PDF-"]] },
];

/** A larger one would make the notebook's file too large to open; it is only told. */
const MOST_BYTES = 64 * 1024 * 1024;

/** A picture or document in memory as an output; undefined for other bytes. */
export function mediaBundle(bytes: Uint8Array): MimeBundle | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = FORMATS.find(({ magic }) =>
    magic.every(([offset, text]) => buffer.toString("latin1", offset, offset + text.length) === text),
  );
  if (!format) return undefined;
  const plain = { "text/plain": `${format.name}, ${formatBytes(buffer.length)}` };
  return buffer.length > MOST_BYTES ? plain : { [format.mime]: buffer.toString("base64"), ...plain };
}
