import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

/** A place in the file that a module was compiled from. Lines and columns from 1. */
export interface OriginalPlace {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** Bytes at the end of a file that are looked through for the comment that names its map. */
const TAIL_BYTES = 4096;
/** Module → its map; null where it has none. */
const maps = new Map<string, TraceMap | null>();

/**
 * Where a place in a compiled file of a package comes from, by the map that lies beside it. Read when a stack first
 * names the file: telling Node to read maps would make it read those of all packages while they load.
 */
export function originalPlace(path: string, line: number, column: number): OriginalPlace | undefined {
  let map = maps.get(path);
  if (map === undefined) {
    map = readMap(path);
    maps.set(path, map);
  }
  if (!map) return undefined;
  const found = originalPositionFor(map, { line, column: column - 1 });
  return found.source === null
    ? undefined
    : { path: resolve(dirname(path), found.source), line: found.line, column: found.column + 1 };
}

function readMap(path: string): TraceMap | null {
  try {
    const name = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(tailOf(path))?.[1];
    if (name === undefined || /^[a-z]+:/.test(name)) return null;
    return new TraceMap(readFileSync(resolve(dirname(path), decodeURIComponent(name)), "utf8"));
  } catch {
    return null; // no file, no map, or no such map: the compiled place is told
  }
}

function tailOf(path: string): string {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString();
  } finally {
    closeSync(file);
  }
}
