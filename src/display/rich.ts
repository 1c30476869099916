import { DISPLAY, type Displayable } from "./display-symbol.js";
import type { MimeBundle } from "./mime-bundle.js";
import { escapeMarkup } from "./plain-text.js";

/** Text in a markup language that a front end draws. */
export class Rich implements Displayable {
  constructor(
    readonly mime: string,
    readonly text: string,
    private readonly plain: string,
  ) {
    Object.freeze(this);
  }
  [DISPLAY](): MimeBundle {
    return { [this.mime]: this.text, "text/plain": this.plain };
  }
  toString(): string {
    return this.text;
  }
}

/** Makes a Rich of a string, or of a template whose values it writes in fitting form. */
export interface RichMaker {
  (text: string): Rich;
  (strings: TemplateStringsArray, ...values: readonly unknown[]): Rich;
}

/** HTML. In a template, values are escaped; what `html` or `svg` made is put in as it is, lists one after another. */
export const html: RichMaker = maker("text/html", escaped, textOfMarkup);

/** An SVG picture. In a template, values are escaped. */
export const svg: RichMaker = maker("image/svg+xml", escaped, (text) => `SVG image, ${text.length} characters`);

/** Markdown. In a template, values are put in as they are. */
export const md: RichMaker = maker("text/markdown", plainly, (text) => text);

/** LaTeX. A template keeps its backslashes: latex`\frac{1}{${n}}`. */
export const latex: RichMaker = maker("text/latex", plainly, (text) => text, "raw");

function maker(
  mime: string,
  write: (value: unknown) => string,
  toPlain: (text: string) => string,
  strings: "cooked" | "raw" = "cooked",
): RichMaker {
  return (first: string | TemplateStringsArray, ...values: readonly unknown[]) => {
    const text =
      typeof first === "string"
        ? first
        : String.raw({ raw: strings === "raw" ? first.raw : first }, ...values.map((value) => write(value)));
    return new Rich(mime, text, toPlain(text));
  };
}

function escaped(value: unknown): string {
  if (value instanceof Rich && (value.mime === "text/html" || value.mime === "image/svg+xml")) return value.text;
  if (Array.isArray(value)) return value.map(escaped).join("");
  return escapeMarkup(String(value));
}

function plainly(value: unknown): string {
  return Array.isArray(value) ? value.map(plainly).join("") : String(value);
}

/** What is left of HTML where it cannot be drawn. */
function textOfMarkup(text: string): string {
  return text
    .replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<br\s*\/?>|<\/(p|div|tr|li|h\d)>/gi, "\n")
    .replace(/<\/t[dh]>/gi, "\t")
    .replace(/<[^>]*>/g, "")
    .replace(/&(lt|gt|amp|quot|#39);/g, (entity) => CHARACTERS[entity]!)
    .trim();
}

const CHARACTERS: { readonly [entity: string]: string } = {
  "&lt;": "<",
  "&gt;": ">",
  "&amp;": "&",
  "&quot;": '"',
  "&#39;": "'",
};
