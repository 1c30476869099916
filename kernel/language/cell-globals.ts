/**
 * Declarations of what the session gives every cell (kernel/session/cell-globals.ts), as the text of a declaration
 * file. Written by hand, since reading the session's own types would cost every start of the compiler; a test holds
 * the two together.
 */
export const CELL_GLOBALS = `
declare namespace Cell {
  type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
  type JsonObject = { readonly [key: string]: Json };
  /** An output that can be replaced. */
  interface Display {
    readonly id: string;
    update(value: unknown): void;
  }
  interface DisplayOptions {
    /** Names the output, so that it can be replaced later. */
    readonly displayId?: string;
    /** Replaces the outputs of that name instead of adding one. @default false */
    readonly update?: boolean;
    /** Takes the value as a MIME bundle. @default false */
    readonly raw?: boolean;
  }
  /** Text in a markup language that a front end draws. */
  interface Rich {
    readonly mime: string;
    readonly text: string;
    toString(): string;
  }
  interface RichMaker {
    (text: string): Rich;
    (strings: TemplateStringsArray, ...values: readonly unknown[]): Rich;
  }
  /** A bar that code moves itself. */
  interface ProgressBar {
    /** Sets how much is done. */
    update(done: number): void;
    /** Adds to what is done. @default 1 */
    advance(by?: number): void;
    /** Says what is going on. */
    label(text: string): void;
  }
  interface CommMessage {
    readonly data: JsonObject;
    readonly buffers: readonly Uint8Array[];
  }
  /** A two-way line to something in the front end. */
  interface Comm {
    readonly id: string;
    readonly target: string;
    send(data: JsonObject, buffers?: readonly Uint8Array[], metadata?: JsonObject): void;
    close(data?: JsonObject): void;
    onMessage(listener: (message: CommMessage) => void): void;
    onClose(listener: (message: CommMessage) => void): void;
  }
}
/** Shows a value now, in the cell that asks. */
declare function display(value: unknown, options?: Cell.DisplayOptions): Cell.Display;
/** Takes the cell's outputs away; with \`wait\`, when the next one comes. */
declare function clear(options?: { readonly wait?: boolean }): void;
/** Puts a value (text as it is) into the front end's pager when the cell has ended. */
declare function page(value: unknown): void;
/** Proposes text for the next cell; with \`replace\`, for the cell that asks. */
declare function setNextInput(text: string, options?: { readonly replace?: boolean }): void;
/** Asks for a line of text: \`const name = await prompt("Name?")\`. */
declare function prompt(message?: string, options?: string | { readonly password?: boolean }): Promise<string>;
/** Asks a question; true for an answer that begins with y. */
declare function confirm(message?: string): Promise<boolean>;
/** Says something and waits until it has been read. */
declare function alert(message?: string): Promise<void>;
/** Gives the items and draws one bar in place. */
declare function progress<T>(items: Iterable<T>, label?: string): IterableIterator<T>;
/** Gives the items and draws one bar in place. */
declare function progress<T>(items: AsyncIterable<T>, label?: string): AsyncIterableIterator<T>;
/** Draws one bar in place, for code that moves it itself. */
declare function progress(total: number, label?: string): Cell.ProgressBar;
/** HTML. In a template, values are escaped; what \`html\` or \`svg\` made is put in as it is. */
declare const html: Cell.RichMaker;
/** An SVG picture. In a template, values are escaped. */
declare const svg: Cell.RichMaker;
/** Markdown. In a template, values are put in as they are. */
declare const md: Cell.RichMaker;
/** LaTeX. A template keeps its backslashes. */
declare const latex: Cell.RichMaker;
/** Opens a comm to a target in the front end. Widgets want \`{ version: "2.1.0" }\` as metadata. */
declare function openComm(
  target: string,
  data?: Cell.JsonObject,
  buffers?: readonly Uint8Array[],
  metadata?: Cell.JsonObject,
): Cell.Comm;
/** Takes the comms that the front end opens on a target. Gives the way to stop. */
declare function registerTarget(
  target: string,
  take: (comm: Cell.Comm, message: Cell.CommMessage) => void,
): () => void;
`;
