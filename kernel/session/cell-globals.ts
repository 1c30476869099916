import { randomUUID } from "node:crypto";
import { html, latex, md, svg } from "../../src/display/rich.js";
import type { Caller } from "../../src/links/calls.js";
import type { KernelCalls } from "../links/session-calls.js";
import { type Cell, currentCell, parentOfOutput } from "./cell-context.js";
import { toErrorContent } from "./cell-error.js";
import type { Comms } from "./comms.js";
import type { Outlet, Shown } from "./outlet.js";
import { progressMaker } from "./progress.js";
import { shownBundle } from "./show-value.js";

/** An output that can be replaced. */
export interface Display {
  readonly id: string;
  update(value: unknown): void;
}
export interface DisplayOptions {
  /** Names the output, so that it can be replaced later. */
  readonly displayId?: string;
  /** Replaces the outputs of that name instead of adding one. @default false */
  readonly update?: boolean;
  /** Takes the value as a MIME bundle. @default false */
  readonly raw?: boolean;
}

/** What the names in `cellGlobals` need. */
export interface CellWorld {
  readonly outlet: Outlet;
  readonly comms: Comms;
  readonly ask: Caller<KernelCalls>;
  readonly show: (value: unknown) => Shown | undefined | Promise<Shown | undefined>;
}

/** Puts the names that every cell knows on `globalThis`, under what cells declare themselves. */
export function installCellGlobals(world: CellWorld): void {
  for (const [name, value] of Object.entries(cellGlobals(world)))
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

/** The names that every cell knows. */
export function cellGlobals({ outlet, comms, ask, show }: CellWorld) {
  /** The output that a cell waits for: those asked later stay behind it. */
  const waitingIn = new WeakMap<Cell, Promise<unknown>>();
  /** Shows a value now, in the cell that asks. */
  const display = (value: unknown, options: DisplayOptions = {}): Display => {
    const id = options.displayId ?? randomUUID();
    present(value, id, options.update ?? false, options.raw ?? false);
    return { id, update: (newer) => present(newer, id, true, options.raw ?? false) };
  };
  const present = (value: unknown, displayId: string, update: boolean, raw: boolean): void => {
    const parent = parentOfOutput();
    const cell = currentCell();
    const put = (shown: Shown | undefined) => shown && outlet.show(shown, { displayId, update, parent });
    const shown = raw ? shownBundle(value) : show(value);
    const before = cell && waitingIn.get(cell);
    if (!before && !(shown instanceof Promise)) {
      put(shown);
      return;
    }
    const waiting = Promise.all([shown, before])
      .then(([ready]) => put(ready))
      .catch((error: unknown) => outlet.error(toErrorContent(error), parent))
      .finally(() => {
        if (!cell) return;
        cell.pending.delete(waiting);
        if (waitingIn.get(cell) === waiting) waitingIn.delete(cell);
      });
    if (!cell) return;
    cell.pending.add(waiting);
    waitingIn.set(cell, waiting);
  };
  /** Takes the cell's outputs away; with `wait`, when the next one comes. */
  const clear = ({ wait = false }: { readonly wait?: boolean } = {}): void =>
    outlet.post({ kind: "clear", parent: parentOfOutput(), wait });

  /** Puts a value (text as it is) into the front end's pager when the cell has ended. */
  const page = (value: unknown): void => {
    const cell = currentCell();
    if (!cell) return;
    const put = (text: Shown["data"]): number => cell.payload.push({ source: "page", data: { ...text }, start: 0 });
    if (typeof value === "string") {
      put({ "text/plain": value });
      return;
    }
    const place = put({ "text/plain": "" }) - 1; // what comes next stays behind it
    const waiting = Promise.resolve(show(value))
      .then((shown) => shown && Object.assign(cell.payload[place]!, { data: shown.data }))
      .catch((error: unknown) => outlet.error(toErrorContent(error), cell.header))
      .finally(() => cell.pending.delete(waiting));
    cell.pending.add(waiting);
  };
  /** Proposes text for the next cell; with `replace`, for the cell that asks. */
  const setNextInput = (text: string, { replace = false }: { readonly replace?: boolean } = {}): void =>
    void currentCell()?.payload.push({ source: "set_next_input", text: String(text), replace });

  const input = async (text: string, password: boolean): Promise<string> => {
    const cell = currentCell();
    if (!cell?.allowStdin) throw new Error("Cannot ask for input: this front end takes none (allow_stdin is false)");
    outlet.flush();
    return (await ask("input", { prompt: text, password, parent: cell.header })).value;
  };
  /** Asks for a line of text. */
  const prompt = async (message = "", options: string | { readonly password?: boolean } = {}): Promise<string> => {
    const fallback = typeof options === "string" ? options : "";
    const answer = await input(
      `${message}${fallback && ` [${fallback}]`} `,
      typeof options === "object" && options.password === true,
    );
    return answer === "" ? fallback : answer;
  };
  /** Asks a question; true for an answer that begins with y. */
  const confirm = async (message = "Continue?"): Promise<boolean> =>
    /^\s*y/i.test(await input(`${message} [y/N] `, false));
  /** Says something and waits until it has been read. */
  const alert = async (message = ""): Promise<void> => void (await input(`${message} [Enter] `, false));

  return {
    display,
    clear,
    prompt,
    confirm,
    alert,
    page,
    setNextInput,
    progress: progressMaker(outlet),
    html,
    md,
    svg,
    latex,
    openComm: comms.open,
    registerTarget: comms.register,
  };
}
