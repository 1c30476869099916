/** Control and invisible formatting characters hide or reorder what surrounds them; a lone surrogate breaks XML. */
const UNSAFE = /(?![\t\n\r\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\ufffe\uffff]/gu;
const ENTITIES: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text of somebody else's making, fit for a line of output: visible characters only, at most `limit` of them. */
export function oneLine(text: string, limit = 160): string {
  const line = block(text, limit * 2)
    .replace(/\s+/g, " ")
    .trim();
  return line.length > limit ? `${line.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, "")}…` : line;
}

/** The same for several lines. */
export function block(text: string, limit = 4096): string {
  const cut = text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
  return cut.replace(UNSAFE, "\ufffd");
}

/** Text inside HTML or XML, in an element or a quoted attribute. */
export const escapeMarkup = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
