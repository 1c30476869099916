import remapping from "@jridgewell/remapping";
import type MagicString from "magic-string";

/** Compiled code with the way back to where it came from. */
export interface Transformed {
  readonly code: string;
  /** Source map (version 3, JSON text). */
  readonly map: string;
}

/** What a transformation is told about the file it transforms. */
export interface OriginalFile {
  /** Name that the source map gives the original. */
  readonly filename: string;
  /** Map of an earlier step (type stripping), so that the result leads back to its original. */
  readonly map?: string;
}

/** The text after edits, its map composed with the map of the step before. */
export function finishEdits(edits: MagicString, { filename, map }: OriginalFile): Transformed {
  const step = edits.generateMap({ source: filename, hires: "boundary", includeContent: map === undefined });
  if (map === undefined) return { code: edits.toString(), map: step.toString() };
  const composed = remapping(step.toString(), (_source, context) => (context.depth === 1 ? map : null));
  composed.sources = composed.sources.map(() => filename);
  return { code: edits.toString(), map: composed.toString() };
}
