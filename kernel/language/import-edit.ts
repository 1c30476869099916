import type { TextEdit } from "../links/language-calls.js";
import type { ImportableName } from "./importable-names.js";

/** The line that imports a name. */
export function importLine({ name, from, isDefault }: ImportableName): string {
  return `import ${isDefault ? name : `{ ${name} }`} from ${JSON.stringify(from)};`;
}

/** The edit that puts the line in, behind what must stand first: comments, and what the cell asks npm for. */
export function importEdit(code: string, wanted: ImportableName): TextEdit {
  const lines = code.split("\n");
  const line = Math.max(
    0,
    lines.findIndex((each) => !/^\s*(\/\/|%npm\b)/.test(each)),
  );
  const position = { line, character: 0 };
  return { range: { start: position, end: position }, newText: `${importLine(wanted)}\n` };
}

/**
 * A text for clients that know no edits: where the name begins a line, the import above it; inside a line, an
 * expression that imports.
 * @param before the cell's text before the name.
 */
export function textWithImport(wanted: ImportableName, before: string): string {
  const { name, from, isDefault } = wanted;
  if (/(^|\n)[ \t]*$/.test(before)) return `${importLine(wanted)}\n${name}`;
  return `(await import(${JSON.stringify(from)})).${isDefault ? "default" : name}`;
}
