import type { Runtime } from "node:inspector/promises";
import { OWN_URLS } from "../links/own-files.js";
import { Catching } from "./catching.js";
import type { MainThread, Paused } from "./main-thread.js";
import type { Scripts } from "./scripts.js";

/** What a debugger may stop at when something is thrown. */
export const EXCEPTION_FILTERS = [
  { filter: "caught", label: "Caught exceptions", default: false },
  { filter: "uncaught", label: "Uncaught exceptions", default: false },
] as const;
export type ExceptionFilter = (typeof EXCEPTION_FILTERS)[number]["filter"];

/** Regular expressions for URLs of code that steps do not enter. */
const SKIPPED = ["^node:", "[/\\\\]node_modules[/\\\\]", ...OWN_URLS];

/**
 * Which thrown values the main thread stops at. V8 calls each one caught, since the session catches whatever a cell
 * throws: so the author's and the packages' own `try` statements around the stack are looked up.
 */
export class ThrownValues {
  private filters: ReadonlySet<ExceptionFilter> = new Set();
  private readonly catching: Catching;

  constructor(
    private readonly mainThread: MainThread,
    private readonly scripts: Scripts,
  ) {
    this.catching = new Catching(scripts);
  }

  /** Stops at what the filters name from now on. */
  async watch(filters: ReadonlySet<ExceptionFilter>): Promise<void> {
    this.filters = filters;
    const { inspector } = this.mainThread;
    // V8 passes over what is thrown in code that it is told to skip, also where nobody catches it.
    await inspector.post("Debugger.setBlackboxPatterns", { patterns: filters.size > 0 ? [] : SKIPPED });
    await inspector.post("Debugger.setPauseOnExceptions", { state: filters.size > 0 ? "all" : "none" });
  }

  /** The text of what was thrown where it is wanted; undefined to go on. */
  async wanted(params: Paused): Promise<string | undefined> {
    const places = await Promise.all(
      params.callFrames.map(({ location }) => this.scripts.place(location.scriptId, location)),
    );
    if (!places.some((place) => place !== undefined)) return undefined; // none of the author's business
    const [top] = params.callFrames;
    const isAddedCode = !places[0] && top && (await this.scripts.authors(top.location.scriptId));
    if (isAddedCode) return undefined; // the compiled cell throws on what it was told of already
    const caught = await this.catching.catches(params.callFrames, params.asyncStackTrace);
    if (!this.filters.has(caught ? "caught" : "uncaught")) return undefined;
    const thrown = (params.data ?? {}) as Runtime.RemoteObject;
    return (thrown.description ?? String(thrown.value)).split("\n")[0]!;
  }
}
