import { expressionAtBreakpoint, type StripTypes } from "./expressions.js";
import { VIEW } from "./main-thread.js";

/** When a breakpoint stops the code, and what it says, as its author wrote that. */
export interface BreakpointWish {
  readonly condition: string | undefined;
  /** A number of times, or a comparison with one: `3`, `>= 3`, `% 2`. */
  readonly hitCondition: string | undefined;
  /** Text to print instead of stopping, with expressions in braces. */
  readonly logMessage: string | undefined;
}

const HIT_CONDITION = /^\s*(>=|<=|===?|[<>=%]|)\s*(\d+)\s*$/;

/**
 * JavaScript for V8, which stops where it is true; undefined where there is nothing to decide.
 * @param id of the breakpoint, whose hits are counted.
 * @throws {SyntaxError} naming what cannot be used.
 */
export async function conditionOf(wish: BreakpointWish, id: number, strip: StripTypes): Promise<string | undefined> {
  const { condition, hitCondition, logMessage } = wish;
  const parts: string[] = [];
  if (isGiven(condition)) parts.push(await readAs("condition", condition, strip));
  if (isGiven(hitCondition)) parts.push(hits(hitCondition, id));
  if (isGiven(logMessage)) parts.push(`${VIEW}.log(${(await logged(logMessage, strip)).join(", ")})`);
  return parts.length > 0 ? parts.join(" && ") : undefined;
}

const isGiven = (text: string | undefined): text is string => text !== undefined && text.trim() !== "";

async function readAs(what: string, text: string, strip: StripTypes): Promise<string> {
  try {
    return await expressionAtBreakpoint(text, strip);
  } catch (cause) {
    const detail = (cause as Error).message.replace(/ \(\d+:\d+\)$/, "");
    throw new SyntaxError(`Cannot use ${what} ${JSON.stringify(text)}: ${detail}`, { cause });
  }
}

/** A number alone means that time, as in other debuggers. */
function hits(text: string, id: number): string {
  const [, operator = "", number = ""] = HIT_CONDITION.exec(text) ?? [];
  if (number === "")
    throw new SyntaxError(
      `Cannot use hit count ${JSON.stringify(text)}: write a number of times, such as 3, >= 3 or % 2`,
    );
  const count = `${VIEW}.hit(${id})`;
  if (operator === "%") return `${count} % ${number} === 0`;
  return `${count} ${operator === "" || operator.startsWith("=") ? "===" : operator} ${number}`;
}

/** Texts, and functions that give the values between them: one that throws does not take the message along. */
async function logged(message: string, strip: StripTypes): Promise<string[]> {
  const parts: string[] = [];
  let text = "";
  for (let at = 0; at < message.length; at += 1) {
    const end = message[at] === "{" ? closingBrace(message, at) : -1;
    if (end < 0) {
      text += message[at];
      continue;
    }
    parts.push(JSON.stringify(text), `() => ${await readAs("expression", message.slice(at + 1, end), strip)}`);
    text = "";
    at = end;
  }
  return [...parts, JSON.stringify(text)];
}

/** Where the brace at a place is closed; -1 where it never is. */
function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === "{") depth += 1;
    if (text[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}
