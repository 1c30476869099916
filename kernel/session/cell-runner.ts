import { constants, Script } from "node:vm";
import type { CellBindings } from "../../src/source/cell-bindings.js";
import type { NotebookScope } from "../../src/source/notebook-scope.js";
import { noteSource } from "../../src/source/source-note.js";
import type { RunAnswer, SessionCalls } from "../links/session-calls.js";
import type { JsonObject } from "../protocol/messages.js";
import { beginCell, type Cell, insideCell, leaveCell } from "./cell-context.js";
import { KeyboardInterrupt, toErrorContent } from "./cell-error.js";
import { setImmediate } from "./immediates.js";
import type { Modules } from "./modules.js";
import type { Outlet, Shown } from "./outlet.js";
import { rememberSource } from "./source-positions.js";

type Run = SessionCalls["run"]["ask"];
/** What a cell's script gives (kernel/links/language-calls.ts, CompiledCell). */
type CellFunction = (
  bindings: CellBindings,
  load: Modules["load"],
  require: NodeJS.Require,
  source: typeof noteSource,
) => Promise<{ readonly value: unknown } | undefined>;

/** Runs cells on one scope of names: one after another in each shell, and where they await, those of several shells side by side. */
export class CellRunner {
  private readonly stops = new Set<() => void>();

  /** @param show how a cell's result looks; undefined for nothing to see. */
  constructor(
    private readonly scope: NotebookScope,
    private readonly outlet: Outlet,
    private readonly modules: Modules,
    private readonly show: (value: unknown) => Shown | undefined | Promise<Shown | undefined>,
  ) {}

  /** Runs a cell and shows its result. Never rejects: what went wrong is the answer. */
  async run({ cell: run, js, filename, map, userExpressions }: Run): Promise<RunAnswer> {
    const interrupted = new AbortController();
    const cell = beginCell(run, interrupted.signal);
    const bindings = this.scope.begin();
    rememberSource(filename, run.count, map);
    try {
      return await this.untilInterrupted(cell, interrupted, async () => {
        cell.atEnd = new Set();
        const outcome = await this.evaluate(js, filename, bindings);
        if (outcome && !run.silent) await this.showResult(cell, outcome.value);
        const answers = await this.expressions(userExpressions, filename);
        await endCode(cell);
        while (cell.pending.size > 0) await Promise.all(cell.pending);
        return { status: "ok", userExpressions: answers, payload: cell.payload };
      });
    } catch (error) {
      const ending = endCode(cell);
      if (!interrupted.signal.aborted) await ending; // else whatever holds it up is not to hold up the cell
      return { status: "error", error: toErrorContent(error), bound: bindings.undo() };
    } finally {
      for (const last of cell.beforeEnd) last();
      this.outlet.flush();
    }
  }

  /** Ends the running cells with a KeyboardInterrupt; what they left behind keeps its variables. */
  interrupt(): void {
    for (const stop of this.stops) stop();
  }

  private async untilInterrupted<T>(cell: Cell, interrupted: AbortController, body: () => Promise<T>): Promise<T> {
    let stop = (): void => {};
    try {
      return await new Promise<T>((resolve, reject) => {
        stop = () => {
          const reason = new KeyboardInterrupt();
          interrupted.abort(reason);
          reject(reason);
        };
        this.stops.add(stop);
        // A turn of its own: code that is stopped takes all that called it along.
        setImmediate(() => insideCell(cell, () => body().then(resolve, reject)));
      });
    } finally {
      this.stops.delete(stop);
      leaveCell(cell);
    }
  }

  private async evaluate(js: string, filename: string, bindings: CellBindings): ReturnType<CellFunction> {
    const script = new Script(js, { filename, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER });
    const cellFunction = script.runInThisContext() as CellFunction;
    const { load, require } = this.modules;
    return cellFunction(bindings, load, require, noteSource);
  }

  private async showResult(cell: Cell, value: unknown): Promise<void> {
    const shown = await this.show(value);
    if (!shown || cell.signal.aborted) return; // an interrupted cell has ended: its error was its last word
    this.outlet.post({
      kind: "display",
      parent: cell.header,
      type: "execute_result",
      ...shown,
      displayId: null,
      count: cell.count,
    });
  }

  private async expressions(sources: Run["userExpressions"], filename: string): Promise<JsonObject> {
    const answers: { [name: string]: JsonObject } = {};
    for (const [name, js] of Object.entries(sources)) {
      try {
        const outcome = await this.evaluate(js, `${filename}#${name}`, this.scope.begin());
        const shown = outcome && (await this.show(outcome.value));
        answers[name] = { status: "ok", data: { ...(shown?.data ?? { "text/plain": "undefined" }) }, metadata: {} };
      } catch (error) {
        const { ename, evalue, traceback } = toErrorContent(error);
        answers[name] = { status: "error", ename, evalue, traceback: [...traceback] };
      }
    }
    return answers;
  }
}

/** Runs what is to run when the cell's code is done; once, whoever comes first. */
async function endCode(cell: Cell): Promise<void> {
  const last = cell.atEnd ?? [];
  cell.atEnd = undefined;
  await Promise.allSettled([...last].map((each) => each()));
}
