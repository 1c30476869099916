import { noteSources } from "../source/note-sources.js";

const INLINE_MAP = /\n\/\/# sourceMappingURL=data:application\/json[^,]*;base64,([\w+/=]+)\s*$/;

/** Where compiled modules import `noteSource` from: the loader must give them this very instance. */
export const NOTE_SOURCE = new URL("../source/source-note.js", import.meta.url).href;

/** An ES module with its source map inside, with notes of its functions' sources as in a cell. */
export function notedModule(source: string, filename: string): string {
  const inline = INLINE_MAP.exec(source);
  const { code, map } = noteSources(source.replace(INLINE_MAP, "\n"), {
    filename,
    noteSourceFrom: NOTE_SOURCE,
    ...(inline && { map: Buffer.from(inline[1]!, "base64").toString() }),
  });
  return `${code}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString("base64")}`;
}
