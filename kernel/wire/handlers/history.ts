import { flagField, integerField, optionalText } from "../../protocol/fields.js";
import type { JsonObject } from "../../protocol/messages.js";
import type { Answer } from "../dispatch.js";

interface Entry {
  readonly line: number;
  readonly code: string;
  output: string | null;
}

/** The only session there is: earlier ones are not kept. */
const SESSION = 1;
const DEFAULT_TAIL = 1000;

/** Code and text results of the cells this kernel ran. */
export class History {
  private readonly entries: Entry[] = [];

  add(line: number, code: string): void {
    this.entries.push({ line, code, output: null });
  }

  /** Remembers the text of a cell's result. */
  setOutput(line: number, text: string): void {
    const entry = this.entries.findLast((each) => each.line === line);
    if (entry) entry.output = text;
  }

  /** Answers a history_request. */
  readonly handle = (content: JsonObject): Answer => {
    const withOutput = flagField(content, "output", false);
    const found = this.find(content);
    const shown = found.map(({ line, code, output }) => [SESSION, line, withOutput ? [code, output] : code]);
    return { status: "ok", history: shown };
  };

  private find(content: JsonObject): readonly Entry[] {
    const n = integerField(content, "n", DEFAULT_TAIL);
    const type = content.hist_access_type;
    if (type === "range") return this.range(content);
    const all = type === "search" ? this.search(content) : this.entries;
    return n > 0 ? all.slice(-n) : [];
  }

  private range(content: JsonObject): readonly Entry[] {
    const session = integerField(content, "session", 0);
    if (session !== 0 && session !== SESSION) return [];
    const start = integerField(content, "start", 0);
    const stop = integerField(content, "stop", Number.POSITIVE_INFINITY);
    return this.entries.filter(({ line }) => line >= start && line < stop);
  }

  private search(content: JsonObject): readonly Entry[] {
    const pattern = globPattern(optionalText(content, "pattern") ?? "*");
    const found = this.entries.filter(({ code }) => pattern.test(code));
    if (!flagField(content, "unique", false)) return found;
    return found.filter(({ code }, at) => found.findLastIndex((each) => each.code === code) === at);
  }
}

/** `*` and `?` as in a shell, over the whole text, as the messaging document says. */
function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
}
