import { findSourceMap } from "node:module";
import { fileURLToPath } from "node:url";
import { isOurs, isOwnDriver, isPlatform } from "../links/own-files.js";
import { originalPlace } from "./module-maps.js";
import { cellPosition, isCellFile } from "./source-positions.js";

/** Types of `this` that say nothing of a function. */
const PLAIN_OWNERS = new Set(["Object", "Function", "global", "Window"]);

/** Makes `error.stack` speak of cells: their own lines, without frames of this program or of Node. */
export function installStackFrames(): void {
  Error.prepareStackTrace = (error, sites) => {
    const frames = sites.map(frameOf).filter((frame) => frame !== undefined);
    return [headOf(error), ...frames.map((frame) => `    at ${frame}`)].join("\n");
  };
}

/** The frames of a stack made anywhere, each without its "at"; frames of this program and of Node are left out. */
export function framesOf(stack: string): string[] {
  return stack
    .split("\n")
    .map((line) => /^\s+at (.+)$/.exec(line)?.[1])
    .filter((frame) => frame !== undefined)
    .filter((frame) => {
      const place = /(?:^(?:async )?|\()([^()]*?)(?::\d+){0,2}\)?$/.exec(frame)?.[1] ?? "";
      return !isPlatform(place) && !isOurs(place) && !isOwnDriver(place) && !isCellFile(place);
    });
}

function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error); // as Node does: what has a stack need not be an Error
  } catch {
    return "Error"; // a getter throws, or its name is a symbol
  }
}

function frameOf(site: NodeJS.CallSite): string | undefined {
  const file = site.getFileName() ?? "";
  if (isPlatform(file) || isOurs(file)) return undefined;
  const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
  const text = String(site);
  if (file === "" || line === null || column === null) return site.isEval() ? evaluatedFrame(text) : text;
  const raw = `${file}:${line}:${column}`;
  if (!isCellFile(file)) return text.replace(raw, moduleFrame(file, line, column) ?? raw);
  const position = cellPosition(file, line, column);
  if (!position) return undefined;
  const place = `Cell [${position.count}], line ${position.line}:${position.column}`;
  const name = authorsName(site);
  return name === undefined ? place : `${name} (${place})`;
}

/** The function's name as the cell has it: V8 names what has none after where it is put, here a binding. */
function authorsName(site: NodeJS.CallSite): string | undefined {
  const given = site.getFunctionName();
  if (!given) return undefined;
  const put = /^\$_+([^.]+)\.v\b/.exec(given)?.[1];
  const name = put ?? given;
  if (name.startsWith("$")) return undefined; // of the compiled cell's own
  if (site.isConstructor()) return `new ${name}`;
  const owner = site.getTypeName();
  const method = put === undefined && !name.includes(".") && owner !== null && !PLAIN_OWNERS.has(owner);
  const isAsync = (site as Partial<{ isAsync(): boolean }>).isAsync?.() ?? false;
  return `${isAsync ? "async " : ""}${method ? `${owner}.` : ""}${name}`;
}

/** A frame of code that was made from text, with the cell that made it: "eval at f (file:1:2), <anonymous>:3:4". */
function evaluatedFrame(text: string): string {
  return text.replaceAll(/\(([^()]+):(\d+):(\d+)\)/g, (all, file: string, line: string, column: string) => {
    const position = cellPosition(file, Number(line), Number(column));
    return position ? `(Cell [${position.count}], line ${position.line}:${position.column})` : all;
  });
}

/** A place in a module that was compiled when it was loaded. */
function moduleFrame(file: string, line: number, column: number): string | undefined {
  const path = file.startsWith("file:") ? fileURLToPath(file) : file;
  const entry = findSourceMap(file)?.findEntry(line - 1, column - 1) as
    | { originalLine?: number; originalColumn?: number }
    | undefined;
  if (entry?.originalLine !== undefined) return `${path}:${entry.originalLine + 1}:${(entry.originalColumn ?? 0) + 1}`;
  const original = originalPlace(path, line, column);
  if (original) return `${original.path}:${original.line}:${original.column}`;
  return path === file ? undefined : `${path}:${line}:${column}`;
}
