import type { ErrorRecord } from "../contracts/records.js";
import { block, oneLine } from "./plain-text.js";

/** An error with its causes as lines of text; the stack of the outermost one, when asked for. */
export function errorText(error: ErrorRecord, { stack = true }: { readonly stack?: boolean } = {}): string {
  const lines = [`${oneLine(error.name)}: ${block(error.message, 1000)}`];
  if (stack && error.stack) lines.push(...framesOf(error.stack).map((frame) => `    ${frame}`));
  for (let cause = error.cause, depth = 0; cause && depth < 3; cause = cause.cause, depth += 1)
    lines.push(`caused by ${oneLine(cause.name)}: ${block(cause.message, 400)}`);
  return lines.join("\n");
}

/** The lines of a stack that name a place in code, without the message above them. */
export const framesOf = (stack: string): string[] =>
  stack
    .split("\n")
    .map((line) => oneLine(line, 200))
    .filter((line) => line.startsWith("at "))
    .slice(0, 12);
