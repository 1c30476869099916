import type { Caller } from "../../../src/links/calls.js";
import type { LanguageCalls } from "../../links/language-calls.js";
import type { JsonObject } from "../../protocol/messages.js";

/** A name that a cell asks about: `box.height?`, with the text that defines it: `box.height??`. */
export interface Question {
  readonly name: string;
  readonly detail: 0 | 1;
}

const QUESTION = /^\s*(\?{0,2})\s*([\p{ID_Start}$_][\p{ID_Continue}$.]*)\s*(\?{0,2})\s*;?\s*$/u;

/** What a cell asks about, as people ask in IPython; undefined for code. No TypeScript reads like this. */
export function readQuestion(code: string): Question | undefined {
  const [, before = "", name = "", after = ""] = QUESTION.exec(code) ?? [];
  const marks = before + after;
  return marks === "" || (before !== "" && after !== "") ? undefined : { name, detail: marks === "??" ? 1 : 0 };
}

/** The payload that has the front end show what a name is; undefined where nobody knows. */
export async function answerQuestion(
  { name, detail }: Question,
  language: Caller<LanguageCalls>,
): Promise<JsonObject | undefined> {
  const { found, data } = await language("inspect", { code: name, cursor: name.length, detail });
  return found ? { source: "page", data: { ...data }, start: 0 } : undefined;
}
