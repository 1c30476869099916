import { inspect } from "node:util";
import { masked } from "../../src/result/masking.js";
import type { ErrorContent } from "../protocol/messages.js";
import { cellText } from "./source-positions.js";
import { framesOf } from "./stack-frames.js";

/** What ends a cell that a person interrupted. */
export class KeyboardInterrupt extends Error {
  override readonly name = "KeyboardInterrupt";
  constructor() {
    super("The cell was interrupted");
  }
}

const DEEPEST_CAUSE = 8;
const MOST_FRAMES = 30;
const MOST_ERRORS = 10;

const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;
const bold = (text: string): string => `\u001b[1m${text}\u001b[22m`;
const dim = (text: string): string => `\u001b[2m${text}\u001b[22m`;

/** Anything that was thrown, as a front end shows it. Never throws itself. */
export function toErrorContent(thrown: unknown): ErrorContent {
  try {
    const [ename, evalue] = nameAndMessage(thrown);
    return masked({ ename, evalue, traceback: tracebackOf(thrown, 0, true) });
  } catch {
    const evalue = "Something was thrown that cannot be read";
    return { ename: "Error", evalue, traceback: [red(evalue)] }; // a getter or a proxy throws
  }
}

function nameAndMessage(thrown: unknown): [name: string, message: string] {
  if (!isError(thrown)) return ["Thrown", typeof thrown === "string" ? thrown : inspect(thrown, { depth: 2 })];
  return [String(thrown.name || thrown.constructor.name), String(thrown.message)];
}

/** Errors of other realms (a worker, `vm`) too. */
const isError = (value: unknown): value is Error =>
  value instanceof Error || (typeof value === "object" && Object.prototype.toString.call(value) === "[object Error]");

function tracebackOf(thrown: unknown, depth: number, framed: boolean): string[] {
  const [name, message] = nameAndMessage(thrown);
  const lines = `${bold(red(name))}${message === "" ? "" : `${red(":")} ${message}`}`.split("\n");
  if (!isError(thrown)) return lines;
  const frames = framesOf(String(thrown.stack ?? ""));
  const shown = thrown instanceof KeyboardInterrupt ? [] : frames.slice(0, MOST_FRAMES);
  if (framed && shown.length > 0) lines.push(...codeFrame(shown));
  lines.push(...shown.map((frame) => `    ${dim("at")} ${frame}`));
  if (frames.length > shown.length && shown.length > 0) lines.push(dim(`    … ${frames.length - shown.length} more`));
  lines.push(...propertiesOf(thrown));
  if (depth >= DEEPEST_CAUSE) return lines;
  const { errors } = thrown as Partial<AggregateError>;
  if (Array.isArray(errors)) {
    for (const [index, each] of errors.slice(0, MOST_ERRORS).entries())
      lines.push(dim(`  Error ${index + 1} of ${errors.length}:`), ...indent(tracebackOf(each, depth + 1, false)));
  }
  if (thrown.cause !== undefined) lines.push(dim("Caused by:"), ...indent(tracebackOf(thrown.cause, depth + 1, false)));
  return lines;
}

/** What code put on an error beside its message, such as the status of a request. */
function propertiesOf(error: Error): string[] {
  try {
    const own: { [name: string]: unknown } = {};
    for (const name of Object.keys(error).filter((each) => !SHOWN.has(each)))
      Object.defineProperty(own, name, Object.getOwnPropertyDescriptor(error, name)!);
    if (Object.keys(own).length === 0) return [];
    const text = inspect(own, { depth: 2, maxArrayLength: 20, maxStringLength: 1000 });
    return text.split("\n").map((line) => `  ${line}`);
  } catch {
    return []; // a property that cannot be looked at; the error itself stays
  }
}

/** Properties that a traceback shows in its own way. */
const SHOWN: ReadonlySet<string> = new Set(["name", "message", "stack", "cause", "errors"]);

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

/** The lines around the innermost place in a cell. */
function codeFrame(frames: readonly string[]): string[] {
  const place = frames.map((frame) => /Cell \[(\d+)\], line (\d+):(\d+)/.exec(frame)).find((found) => found !== null);
  if (!place) return [];
  const [count, line, column] = place.slice(1).map(Number) as [number, number, number];
  const text = cellText(count)?.split("\n");
  if (!text?.[line - 1]) return [];
  const from = Math.max(1, line - 2);
  const to = Math.min(text.length, line + 2);
  const width = String(to).length;
  const lines: string[] = [];
  for (let number = from; number <= to; number += 1) {
    const gutter = `${number === line ? red(">") : " "} ${dim(`${String(number).padStart(width)} |`)} `;
    lines.push(`${gutter}${text[number - 1]!.slice(0, 200)}`);
    if (number === line && column <= 200)
      lines.push(`  ${" ".repeat(width)} ${dim("|")} ${" ".repeat(column - 1)}${red("^")}`);
  }
  return lines;
}
