import type { Caller } from "../../../src/links/calls.js";
import type { LanguageCalls } from "../../links/language-calls.js";
import { toCodePoints, toUnits } from "../../protocol/cursor.js";
import { integerField, textField } from "../../protocol/fields.js";
import type { JsonObject } from "../../protocol/messages.js";
import type { Handler } from "../dispatch.js";

type Language = Caller<LanguageCalls>;

/** Completes names at the cursor. */
export function completeHandler(language: Language): Handler {
  return async (content) => {
    const { code, cursor } = readPlace(content);
    const { start, end, matches } = await language("complete", { code, cursor });
    const range = { start: toCodePoints(code, start), end: toCodePoints(code, end) };
    return {
      status: "ok",
      matches: matches.map(({ text }) => text),
      cursor_start: range.start,
      cursor_end: range.end,
      metadata: { _jupyter_types_experimental: matches.map((match) => ({ ...range, ...match })) },
    };
  };
}

/** Tells what the name at the cursor is. */
export function inspectHandler(language: Language): Handler {
  return async (content) => {
    const { code, cursor } = readPlace(content);
    const detail = integerField(content, "detail_level", 0) > 0 ? 1 : 0;
    const { found, data } = await language("inspect", { code, cursor, detail });
    return { status: "ok", found, data, metadata: {} };
  };
}

/** Tells whether a console should run the code or ask for another line. */
export function isCompleteHandler(language: Language): Handler {
  return async (content) => {
    const { status, indent } = await language("isComplete", { code: textField(content, "code") });
    return { status, indent }; // also of complete code: clients with typed messages read no reply without it
  };
}

function readPlace(content: JsonObject): { code: string; cursor: number } {
  const code = textField(content, "code");
  return { code, cursor: toUnits(code, integerField(content, "cursor_pos", code.length)) };
}
