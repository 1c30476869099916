import type { NotebookScope } from "../../src/source/notebook-scope.js";
import { DEBUG_VIEW, type DebugView } from "../links/control-calls.js";
import type { Shown } from "./outlet.js";
import { shownValue } from "./show-value.js";
import { cellOrigin } from "./source-positions.js";

/**
 * Lets the debugger, which lives in the control thread, look at the cells of this one.
 * @param scope holds the notebook's top-level names.
 * @param show how a cell's result looks.
 */
export function installDebugView(
  scope: NotebookScope,
  show: (value: unknown) => Shown | undefined | Promise<Shown | undefined>,
): void {
  const view: DebugView = {
    scope: scope.names,
    values: () => scope.values(),
    cell: cellOrigin,
    show(value) {
      const shown = isThenable(value) ? shownValue(value) : show(value); // a task's call would be run to be shown
      return shown instanceof Promise ? null : (shown ?? shownValue(value));
    },
  };
  Object.defineProperty(globalThis, Symbol.for(DEBUG_VIEW), { value: view });
}

const isThenable = (value: unknown): boolean =>
  typeof value === "object" && value !== null && typeof (value as Partial<PromiseLike<unknown>>).then === "function";
