import { flagField, integerField, optionalText } from "../../protocol/fields.js";
import type { JsonObject } from "../../protocol/messages.js";
import type { Answer } from "../dispatch.js";
import type { KeptHistory } from "../kept-history.js";

interface Entry {
  readonly session: number;
  readonly line: number;
  readonly code: string;
  readonly output: string | null;
}

const DEFAULT_TAIL = 1000;
/** So many lines are searched for ones that are unique. */
const MOST_SEARCHED = 10_000;

/** Code and text results of the cells that this kernel ran, and of those before it. */
export class History {
  private readonly own: Omit<Entry, "session">[] = [];

  constructor(private readonly kept: KeptHistory) {}

  /** Remembers a cell of this kernel. */
  add(line: number, code: string): void {
    this.own.push({ line, code, output: null });
  }

  /** Remembers the text of a cell's result. */
  setOutput(line: number, text: string): void {
    const at = this.own.findLastIndex((each) => each.line === line);
    if (at >= 0) this.own[at] = { ...this.own[at]!, output: text };
  }

  /** Keeps a cell for later kernels, once it has ended. */
  keep(line: number): void {
    const entry = this.own.findLast((each) => each.line === line);
    if (entry) this.kept.add(entry);
  }

  /** Answers a history_request. */
  readonly handle = async (content: JsonObject): Promise<Answer> => {
    const withOutput = flagField(content, "output", false);
    const found = await this.find(content);
    const shown = found.map(({ session, line, code, output }) => [
      session,
      line,
      withOutput ? [code, output ?? ""] : code, // a text in any case, for clients with typed messages
    ]);
    return { status: "ok", history: shown };
  };

  private async find(content: JsonObject): Promise<readonly Entry[]> {
    const n = Math.max(0, integerField(content, "n", DEFAULT_TAIL));
    const type = content.hist_access_type;
    const session = await this.kept.session();
    const own = this.own.map((entry) => ({ ...entry, session }));
    if (type === "range") return await this.range(content, own, session);
    if (type === "search") return newest(await this.search(content, own), n);
    return newest([...(await this.kept.earlier(n)), ...own], n);
  }

  /** Sessions below 1 count from this one backwards. */
  private async range(content: JsonObject, own: readonly Entry[], current: number): Promise<readonly Entry[]> {
    const asked = integerField(content, "session", 0);
    const session = asked > 0 ? asked : current + asked;
    const start = integerField(content, "start", 0);
    const stop = integerField(content, "stop", Number.MAX_SAFE_INTEGER);
    if (session !== current) return await this.kept.range(session, start, stop);
    return own.filter(({ line }) => line >= start && line < stop);
  }

  private async search(content: JsonObject, own: readonly Entry[]): Promise<readonly Entry[]> {
    const glob = optionalText(content, "pattern") ?? "*";
    const pattern = globPattern(glob);
    const found = [...(await this.kept.earlier(MOST_SEARCHED, glob)), ...own.filter(({ code }) => pattern.test(code))];
    if (!flagField(content, "unique", false)) return found;
    const last = new Map(found.map(({ code }, at) => [code, at]));
    return found.filter(({ code }, at) => last.get(code) === at);
  }
}

const newest = (entries: readonly Entry[], n: number): readonly Entry[] => (n > 0 ? entries.slice(-n) : []);

/** `*` and `?` as in a shell, over the whole text, as the messaging document says. */
function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
}
