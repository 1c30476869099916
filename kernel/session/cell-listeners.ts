import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { isAuthors } from "../links/own-files.js";
import { filesAbove } from "./call-site.js";
import { type Cell, enclosingCell, insideContext } from "./cell-context.js";

type Listener = (this: unknown, ...args: unknown[]) => unknown;
type Register = (this: EventEmitter, event: string | symbol, listener: Listener) => unknown;
/** Node takes a listener away by this, where it was put in by a wrapper. */
type Bound = Listener & { listener?: Listener };

/**
 * Makes what a listener puts out belong to the cell that registered it, whoever causes the event: Node runs a
 * listener as part of the code that emits. Only listeners that the author's own code registers: packages and Node
 * compare theirs.
 */
export function installCellListeners(): void {
  const { prototype } = EventEmitter;
  replaceRegister(prototype, "on", bound);
  replaceRegister(prototype, "addListener", bound);
  replaceRegister(prototype, "prependListener", bound);
  replaceRegister(prototype, "once", boundOnce, (emitter, event, listener) => emitter.on(event, listener));
  replaceRegister(prototype, "prependOnceListener", boundOnce, (emitter, event, listener) =>
    emitter.prependListener(event, listener),
  );
  // A stream's own, which call those above from inside Node.
  for (const name of ["on", "addListener"] as const) replaceRegister(Readable.prototype, name, bound);
  replaceEventTarget();
}

type Bind = (listener: Listener, cell: Cell, emitter: EventEmitter, event: string | symbol) => Bound;

const bound = (listener: Listener, cell: Cell): Bound => {
  const inCell: Bound = function (...args) {
    return insideContext(cell, () => listener.apply(this, args));
  };
  inCell.listener = listener;
  return inCell;
};

const boundOnce: Bind = (listener, cell, emitter, event) => {
  const inCell: Bound = function (...args) {
    emitter.removeListener(event, inCell);
    return insideContext(cell, () => listener.apply(this, args));
  };
  inCell.listener = listener;
  return inCell;
};

/** @param add what registers the bound listener; the replaced method itself unless given. */
function replaceRegister(
  owner: EventEmitter,
  name: "on" | "addListener" | "prependListener" | "once" | "prependOnceListener",
  bind: Bind,
  add?: (emitter: EventEmitter, event: string | symbol, listener: Bound) => unknown,
): void {
  const native = owner[name] as Register;
  const register: Register = function (event, listener) {
    const cell = typeof listener === "function" ? cellOfCaller(register) : undefined;
    if (!cell) return native.call(this, event, listener);
    const inCell = bind(listener, cell, this, event);
    return add ? add(this, event, inCell) : native.call(this, event, inCell);
  };
  Object.defineProperty(owner, name, { value: register, writable: true, configurable: true, enumerable: true });
}

/** The cell whose author calls `register` right now; undefined for other callers. */
function cellOfCaller(register: (...args: never[]) => unknown): Cell | undefined {
  const cell = enclosingCell();
  return cell && isAuthors(filesAbove(register, 1)[0] ?? "") ? cell : undefined;
}

function replaceEventTarget(): void {
  const { prototype } = EventTarget;
  const { addEventListener, removeEventListener } = prototype;
  type EventListener = Extract<Parameters<typeof addEventListener>[1], (event: Event) => void>;
  /** One for each listener, whatever it listens to: the same one added twice counts once. */
  const known = new WeakMap<Listener, Listener>();
  const add: typeof addEventListener = function (this: EventTarget, type, listener, options) {
    const cell = typeof listener === "function" ? cellOfCaller(add) : undefined;
    if (!cell) return addEventListener.call(this, type, listener, options);
    const own = listener as Listener;
    if (!known.has(own)) known.set(own, bound(own, cell));
    return addEventListener.call(this, type, known.get(own) as EventListener, options);
  };
  const remove: typeof removeEventListener = function (this: EventTarget, type, listener, options) {
    removeEventListener.call(this, type, listener, options);
    const inCell = typeof listener === "function" ? known.get(listener as Listener) : undefined;
    if (inCell) removeEventListener.call(this, type, inCell as EventListener, options);
  };
  Object.assign(prototype, { addEventListener: add, removeEventListener: remove });
}
