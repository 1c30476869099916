import { basename } from "node:path";
import type { Breakpoint } from "../protocol/debug-messages.js";
import { type BreakpointWish, conditionOf } from "./breakpoint-condition.js";
import type { StripTypes } from "./expressions.js";
import type { MainThread } from "./main-thread.js";
import type { ScriptPlace } from "./script-positions.js";
import type { AuthorsScript, Scripts } from "./scripts.js";

/** A breakpoint as it is wanted. */
export interface WantedBreakpoint extends BreakpointWish {
  readonly line: number;
  /** The number that front ends know it by already; undefined for a new one. */
  readonly id: number | undefined;
}
/** A place where V8 can stop, and where the author wrote it. */
interface Stop {
  readonly at: ScriptPlace;
  readonly line: number;
  readonly column: number;
}
interface Held {
  readonly id: number;
  readonly line: number;
  /** JavaScript; the code stops only where it is true. */
  readonly condition: string | undefined;
  /** Why it cannot be set; undefined of one that can. */
  readonly problem: string | undefined;
  /** Where it stands in the newest code of its path; undefined until there is some. */
  actual: Stop | undefined;
  /** V8's ids. */
  readonly set: string[];
}

/** Breakpoints by path. Those of a path that no code comes from yet wait for it. */
export class Breakpoints {
  private readonly byPath = new Map<string, Held[]>();
  private readonly stops = new Map<string, Promise<readonly Stop[]>>();
  private lastId = 0;

  /** @param changed told when one that waited has found its code. */
  constructor(
    private readonly mainThread: MainThread,
    private readonly scripts: Scripts,
    private readonly changed: (breakpoint: Breakpoint) => void,
    private readonly strip: StripTypes,
  ) {}

  /** Replaces all breakpoints of a path. */
  async replace(path: string, wanted: readonly WantedBreakpoint[]): Promise<Breakpoint[]> {
    await this.remove(path);
    const held = await Promise.all(wanted.map((each) => this.read(each)));
    if (held.length > 0) this.byPath.set(path, held);
    for (const script of await this.scripts.at(path)) await this.setIn(script, held);
    return held.map((each) => shown(path, each));
  }

  /** Sets those that wait for a script, before it runs. */
  async meet(script: AuthorsScript): Promise<void> {
    const { path } = script.source;
    const held = this.byPath.get(path);
    if (!held) return;
    const before = new Set(held.filter(({ actual }) => actual));
    await this.setIn(script, held);
    for (const each of held) if (each.actual && !before.has(each)) this.changed(shown(path, each));
  }

  /** Where a line, or a range of lines, of a path can stop. */
  async possible(path: string, line: number, endLine: number): Promise<{ line: number; column: number }[]> {
    const script = (await this.scripts.at(path)).at(-1);
    if (!script) return [];
    const stops = await this.stopsOf(script);
    return stops
      .filter((stop) => stop.line >= line && stop.line <= endLine)
      .map((stop) => ({ line: stop.line, column: stop.column }));
  }

  list(): { source: string; breakpoints: Breakpoint[] }[] {
    return [...this.byPath].map(([source, held]) => ({ source, breakpoints: held.map((each) => shown(source, each)) }));
  }

  /** Removes all. */
  async clear(): Promise<void> {
    for (const path of [...this.byPath.keys()]) await this.remove(path);
    this.stops.clear();
  }

  /** What cannot be read of one breakpoint leaves the others alone. */
  private async read(wanted: WantedBreakpoint): Promise<Held> {
    const id = wanted.id ?? this.lastId + 1;
    this.lastId = Math.max(this.lastId, id);
    const held = { id, line: wanted.line, actual: undefined, set: [] };
    try {
      return { ...held, condition: await conditionOf(wanted, id, this.strip), problem: undefined };
    } catch (error) {
      return { ...held, condition: undefined, problem: (error as Error).message };
    }
  }

  private async remove(path: string): Promise<void> {
    const ids = (this.byPath.get(path) ?? []).flatMap(({ set }) => set);
    this.byPath.delete(path);
    for (const breakpointId of ids)
      await this.mainThread.inspector.post("Debugger.removeBreakpoint", { breakpointId }).catch(() => {}); // collected
  }

  private async setIn(script: AuthorsScript, held: readonly Held[]): Promise<void> {
    const stops = await this.stopsOf(script);
    for (const each of held.filter(({ problem }) => problem === undefined)) {
      const stop = stops.find(({ line }) => line >= each.line);
      if (!stop) continue;
      try {
        const { breakpointId } = await this.mainThread.inspector.post("Debugger.setBreakpoint", {
          location: { scriptId: script.id, ...stop.at },
          ...(each.condition === undefined ? {} : { condition: each.condition }),
        });
        each.set.push(breakpointId);
        each.actual = stop;
      } catch {
        each.actual ??= stop; // two lines that lead to the same place: one breakpoint does for both
      }
    }
  }

  private stopsOf(script: AuthorsScript): Promise<readonly Stop[]> {
    const known = this.stops.get(script.id);
    if (known) return known;
    const finding = this.findStops(script);
    this.stops.set(script.id, finding);
    return finding;
  }

  /** In the order of lines; of a line, the outermost first. */
  private async findStops({ id, positions }: AuthorsScript): Promise<readonly Stop[]> {
    const start = { scriptId: id, lineNumber: 0, columnNumber: 0 };
    const { locations } = await this.mainThread.inspector
      .post("Debugger.getPossibleBreakpoints", { start })
      .catch(() => ({ locations: [] })); // collected
    return locations
      .flatMap(({ lineNumber, columnNumber }): Stop[] => {
        const at = columnNumber === undefined ? { lineNumber } : { lineNumber, columnNumber };
        const place = positions.original(at);
        return place ? [{ at, ...place }] : [];
      })
      .sort((a, b) => a.line - b.line || a.column - b.column);
  }
}

const shown = (path: string, { id, line, actual, problem }: Held): Breakpoint => ({
  id,
  verified: actual !== undefined,
  line: actual?.line ?? line,
  ...(actual ? { column: actual.column } : { message: problem ?? "Waits until this code has been run" }),
  source: { name: basename(path), path },
});
