import type { Debugger } from "node:inspector/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { FRAME_END } from "../../src/source/cell-frame.js";
import { isAuthors, isPlatform } from "../links/own-files.js";
import { cellPath } from "../protocol/cell-path.js";
import type { Source } from "../protocol/debug-messages.js";
import type { MainThread } from "./main-thread.js";
import { type Place, type ScriptPlace, ScriptPositions } from "./script-positions.js";

/** A script that the notebook's author wrote: a cell, or a module of the notebook's folder. */
export interface AuthorsScript {
  readonly id: string;
  readonly source: Source;
  /** The text as written. */
  readonly text: string;
  readonly positions: ScriptPositions;
  /** Names that the compiled cell has beside the author's; undefined for a module. */
  readonly frameNames: ReadonlySet<string> | undefined;
}

type Parsed = Debugger.ScriptParsedEventDataType;

/** Names in the frame of a compiled cell (src/source/cell-frame.ts) beside its parameters and variables. */
const FRAME_NAMES = ["arguments", "$pace"];
/** Scripts of the session's own that bear a name in the notebook's folder: the importer, expressions after a cell. */
const HELPING_SCRIPT = /\[cell\]\.js$|\bcell-\d+\.ts#/;

/** What V8 has loaded, and what of it the author wrote. */
export class Scripts {
  private readonly parsed = new Map<string, Parsed>();
  private readonly loading = new Map<string, Promise<AuthorsScript | undefined>>();

  constructor(private readonly mainThread: MainThread) {}

  add(script: Parsed): void {
    this.parsed.set(script.scriptId, script);
  }

  clear(): void {
    this.parsed.clear();
    this.loading.clear();
  }

  /** The name by which V8 knows a script. */
  url(id: string): string {
    return this.parsed.get(id)?.url ?? "";
  }

  /** The author's script of that id; undefined for Node's, ours, and packages. */
  authors(id: string): Promise<AuthorsScript | undefined> {
    const known = this.loading.get(id);
    if (known) return known;
    const script = this.parsed.get(id);
    const loading = script && isAuthorsUrl(script.url) ? this.load(script) : Promise.resolve(undefined);
    this.loading.set(id, loading);
    return loading;
  }

  /** All scripts of the author that come from a path. */
  async at(path: string): Promise<AuthorsScript[]> {
    const all = await this.all();
    return all.filter(({ source }) => source.path === path);
  }

  /** All scripts of the author, oldest first. */
  async all(): Promise<AuthorsScript[]> {
    const ids = [...this.parsed.values()].filter(({ url }) => isAuthorsUrl(url)).map(({ scriptId }) => scriptId);
    const scripts = await Promise.all(ids.map((id) => this.authors(id)));
    return scripts.filter((script) => script !== undefined);
  }

  /** Modules of the author's that were loaded: no cells, no packages. */
  files(): Source[] {
    const paths = [...this.parsed.values()]
      .filter(({ url }) => url.startsWith("file:") && isAuthorsUrl(url))
      .map(({ url }) => fileURLToPath(url))
      .filter((path) => !/\bcell-\d+\.ts$/.test(path));
    return [...new Set(paths)].sort().map((path) => ({ name: basename(path), path }));
  }

  /** Where the author wrote a place; undefined for places in anything else. */
  async place(id: string, at: ScriptPlace): Promise<{ script: AuthorsScript; place: Place } | undefined> {
    const script = await this.authors(id);
    const place = script?.positions.original(at);
    return script && place && { script, place };
  }

  /** JavaScript of a script; undefined when V8 has let go of it. */
  async javaScript(id: string): Promise<string | undefined> {
    try {
      return (await this.mainThread.inspector.post("Debugger.getScriptSource", { scriptId: id })).scriptSource;
    } catch {
      return undefined; // collected
    }
  }

  private async load({ scriptId: id, url, sourceMapURL }: Parsed): Promise<AuthorsScript | undefined> {
    const file = url.startsWith("file:") ? fileURLToPath(url) : url;
    const [js, origin] = await Promise.all([this.javaScript(id), this.mainThread.cellOrigin(file)]);
    if (js === undefined) return undefined;
    if (origin) {
      const { count, text, map } = origin;
      const source = { name: `Cell [${count}]`, path: cellPath(text) };
      return { id, source, text, positions: new ScriptPositions(js, map), frameNames: frameNames(js) };
    }
    const map = inlineMap(sourceMapURL);
    const positions = new ScriptPositions(js, map);
    const source = { name: basename(file), path: file };
    return { id, source, text: positions.sourceText ?? js, positions, frameNames: undefined };
  }
}

const isAuthorsUrl = (url: string): boolean =>
  (url.startsWith("file:") || url.startsWith("/") || /^[a-z]:\\/i.test(url)) &&
  isAuthors(url) &&
  !isPlatform(url) &&
  !HELPING_SCRIPT.test(decodeURI(url));

/** What the frame declares is not the author's, mirrors of the notebook's names included. */
function frameNames(js: string): ReadonlySet<string> {
  const frame = js.slice(0, js.indexOf(FRAME_END));
  const parameters = /^\(async \(([^)]*)\)/.exec(frame)?.[1] ?? "";
  const declared = [...frame.matchAll(/(?:^| )(?:const|let) ([^=;]+?)(?= =|;)/g)].flatMap(([, names]) =>
    names!.split(","),
  );
  const bindings = [...frame.matchAll(/([\p{ID_Continue}$]+) = [\p{ID_Continue}$]+\.(?:own|earlier)\(/gu)].map(
    ([, name]) => name!,
  );
  return new Set([...FRAME_NAMES, ...[...parameters.split(","), ...declared].map((name) => name.trim()), ...bindings]);
}

/** A source map that a script carries with it. */
function inlineMap(url: string | undefined): string | undefined {
  const [, base64, data] = /^data:application\/json[^,]*?(;base64)?,(.*)$/s.exec(url ?? "") ?? [];
  if (data === undefined) return undefined;
  return base64 ? Buffer.from(data, "base64").toString("utf8") : decodeURIComponent(data);
}
