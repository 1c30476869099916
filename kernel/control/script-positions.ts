import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { RESULT_START } from "../../src/source/cell-script.js";

/** A place in a text. Lines and columns from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}
/** A place in a script as V8 counts, from 0. */
export interface ScriptPlace {
  readonly lineNumber: number;
  readonly columnNumber?: number | undefined;
}

/** The way from a script to the text it was made of. */
export class ScriptPositions {
  private readonly map: TraceMap | undefined;
  private readonly starts: readonly number[];

  /** @param map source map (version 3); undefined where the script is the text itself. */
  constructor(
    readonly js: string,
    map: string | undefined,
  ) {
    this.map = map === undefined ? undefined : new TraceMap(map);
    const starts = [0];
    for (let at = js.indexOf("\n"); at >= 0; at = js.indexOf("\n", at + 1)) starts.push(at + 1);
    this.starts = starts;
  }

  /** Where the author wrote what stands there; undefined for code that the author did not write. */
  original({ lineNumber, columnNumber = 0 }: ScriptPlace): Place | undefined {
    if (!this.map) return { line: lineNumber + 1, column: columnNumber + 1 };
    const isResult = this.js.startsWith(RESULT_START, this.offset({ lineNumber, columnNumber }));
    const column = isResult ? columnNumber + RESULT_START.length : columnNumber;
    const found = originalPositionFor(this.map, { line: lineNumber + 1, column });
    return found.line === null ? undefined : { line: found.line, column: found.column + 1 };
  }

  /** Where the script has a place, in UTF-16 units from its start. */
  offset({ lineNumber, columnNumber = 0 }: ScriptPlace): number {
    return (this.starts[lineNumber] ?? this.js.length) + columnNumber;
  }

  /** The author's text as the map carries it. */
  get sourceText(): string | undefined {
    return this.map ? (this.map.sourcesContent?.[0] ?? undefined) : this.js;
  }
}
