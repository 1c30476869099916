import { AsyncLocalStorage } from "node:async_hooks";
import type { CellRun } from "../links/session-calls.js";
import type { Header, JsonObject } from "../protocol/messages.js";

/** A cell while and after it runs: what its code, timers and promises belong to. */
export interface Cell extends CellRun {
  /** Aborts when the person interrupts the cell. */
  readonly signal: AbortSignal;
  /** Outputs on their way that the cell's end waits for. */
  readonly pending: Set<Promise<unknown>>;
  /** Called when the cell's code is done, and waited for. Undefined where that is no more to come. */
  atEnd: Set<() => Promise<void>> | undefined;
  /** What the front end is to do once the cell has ended: the pager, the next cell's text. */
  readonly payload: JsonObject[];
  /** Called before the cell's end is told: the moment to show the last state of what it started. */
  readonly beforeEnd: Set<() => void>;
}

const context = new AsyncLocalStorage<Cell>();
/** Cells that run, in the order they began. */
const running = new Set<Cell>();
let lastCell: Cell | undefined;

/** Runs `body` as part of a cell. Timers and promises it starts keep the cell, even while a later one runs. */
export function insideCell<T>(cell: Cell, body: () => T): T {
  lastCell = cell;
  running.add(cell);
  return context.run(cell, body);
}

/** The cell has ended: what tells no cell of its own belongs to another one that still runs. */
export function leaveCell(cell: Cell): void {
  running.delete(cell);
  lastCell = [...running].at(-1) ?? cell;
}

/** Runs `body` as something that a cell caused, without that cell counting as the last one started. */
export const insideContext = <T>(cell: Cell, body: () => T): T => context.run(cell, body);

/** Runs `body` for a message that is no execution: what it puts out belongs to that message. */
export function insideMessage<T>(header: Header, body: () => T): T {
  const cell = beginCell(
    { header, cellId: null, deletedCells: [], count: 0, silent: false, allowStdin: false },
    new AbortController().signal,
  );
  return context.run(cell, body);
}

/** A cell at its start. */
export const beginCell = (run: CellRun, signal: AbortSignal): Cell => ({
  ...run,
  signal,
  pending: new Set(),
  atEnd: undefined,
  payload: [],
  beforeEnd: new Set(),
});

/** The cell whose code runs now; undefined outside of any. */
export const enclosingCell = (): Cell | undefined => context.getStore();

/** The cell whose code runs now; the last one started when nothing tells better. */
export const currentCell = (): Cell | undefined => context.getStore() ?? lastCell;

/** Parent of what is put out now. */
export const parentOfOutput = (): Header | null => currentCell()?.header ?? null;
