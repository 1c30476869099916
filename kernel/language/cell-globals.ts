/** Declarations of what the session gives every cell, as the text of a declaration file. */
export const CELL_GLOBALS = `
/** Shows a value below the cell. */
declare function display(value: unknown, options?: { displayId?: string; update?: boolean }): Promise<void>;
/** Clears what the cell has put out; with \`wait\`, when the next output comes. */
declare function clear(wait?: boolean): void;
/** Asks the person for a line of text; null when they give none. */
declare function prompt(text?: string, options?: { password?: boolean }): Promise<string | null>;
/** Asks the person a question to answer by yes or no. */
declare function confirm(text?: string): Promise<boolean>;
/** Shows a text and waits until the person has seen it. */
declare function alert(text?: string): Promise<void>;
/** Something to show that carries its own MIME bundle. */
interface CellDisplay {
  readonly [key: symbol]: () => { readonly [mime: string]: unknown };
}
/** HTML to show, as a function of text or as a template tag. */
declare function html(source: string | TemplateStringsArray, ...values: unknown[]): CellDisplay;
/** Markdown to show, as a function of text or as a template tag. */
declare function md(source: string | TemplateStringsArray, ...values: unknown[]): CellDisplay;
/** SVG to show, as a function of text or as a template tag. */
declare function svg(source: string | TemplateStringsArray, ...values: unknown[]): CellDisplay;
/** LaTeX to show, as a function of text or as a template tag. */
declare function latex(source: string | TemplateStringsArray, ...values: unknown[]): CellDisplay;
`;
