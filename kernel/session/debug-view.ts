import { inspect } from "node:util";
import type { NotebookScope } from "../../src/source/notebook-scope.js";
import { DEBUG_VIEW, type DebugView } from "../links/control-calls.js";
import type { Shown } from "./outlet.js";
import { shownValue } from "./show-value.js";
import { cellOrigin } from "./source-positions.js";
import { typeOfValue } from "./value-type.js";

/**
 * Lets the debugger, which lives in the control thread, look at the cells of this one.
 * @param scope holds the notebook's top-level names.
 * @param show how a cell's result looks.
 * @param print puts out what a breakpoint has to say.
 */
export function installDebugView(
  scope: NotebookScope,
  show: (value: unknown) => Shown | undefined | Promise<Shown | undefined>,
  print: (text: string) => void,
): void {
  const hits = new Map<number, number>();
  const view: DebugView = {
    scope: scope.names,
    values: () => scope.values(),
    cell: cellOrigin,
    show(value) {
      const shown = isThenable(value) ? shownValue(value) : show(value); // a task's call would be run to be shown
      return shown instanceof Promise ? null : (shown ?? shownValue(value));
    },
    hit(breakpoint) {
      const count = (hits.get(breakpoint) ?? 0) + 1;
      hits.set(breakpoint, count);
      return count;
    },
    log(...parts) {
      print(`${parts.map((part) => (typeof part === "string" ? part : textOf(part))).join("")}\n`);
      return false;
    },
    typeOf: (value) => typeOfValue(value, scope.names),
  };
  Object.defineProperty(globalThis, Symbol.for(DEBUG_VIEW), { value: view });
}

function textOf(read: () => unknown): string {
  try {
    const value = read();
    return typeof value === "string" ? value : inspect(value);
  } catch (error) {
    return `<${error instanceof Error ? error.message : String(error)}>`;
  }
}

const isThenable = (value: unknown): boolean =>
  typeof value === "object" && value !== null && typeof (value as Partial<PromiseLike<unknown>>).then === "function";
