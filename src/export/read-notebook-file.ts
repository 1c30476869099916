import { oneLine } from "../display/plain-text.js";
import { type Notebook, readNotebook } from "./notebook.js";
import { readText } from "./text-file.js";

/** A notebook's file: its JSON as it is there, and what of it counts. */
export interface NotebookText {
  readonly json: unknown;
  readonly notebook: Notebook;
}

/** Reads a notebook's file; "-" is standard input. @throws {Error} in one line that names the file and what is wrong. */
export async function readNotebookFile(path: string): Promise<NotebookText> {
  const name = nameOf(path);
  const json = parse(await readText(path), name);
  return { json, notebook: readNotebook(json, name) };
}

/** How messages name it. */
export const nameOf = (path: string): string =>
  path === "-" ? "the notebook on standard input" : JSON.stringify(path);

function parse(text: string, name: string): unknown {
  if (text.trim() === "") throw new SyntaxError(`Cannot read ${name}: it is empty`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const conflict = /^(?:<{7}|>{7}) /m.exec(text);
    const why = conflict
      ? `it has merge conflicts (the first in line ${text.slice(0, conflict.index).split("\n").length}); resolve them`
      : `it is no notebook, since it is no JSON (${oneLine((cause as Error).message)})`;
    throw new SyntaxError(`Cannot read ${name}: ${why}`, { cause });
  }
}
