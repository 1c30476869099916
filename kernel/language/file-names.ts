import { readdirSync } from "node:fs";
import { join } from "node:path";

import ts = require("typescript");

import type { Completion } from "../links/language-calls.js";
import type { OpenCell } from "./cell-program.js";

/** More would help nobody and cost time on the wire. */
const MOST_NAMES = 200;

/**
 * Files of the notebook's folder that a string at the cursor may go on with: most strings of a notebook that nothing
 * else is known of are paths. Undefined outside of a string.
 */
export function fileNames({ service, path, offset }: OpenCell, cursor: number, folder: string): Completion | undefined {
  const file = service.getProgram()?.getSourceFile(path);
  const string = file && stringAt(file, offset + cursor);
  if (!file || !string) return undefined;
  const typed = file.text.slice(string.getStart(file) + 1, offset + cursor);
  const begun = /[^/]*$/.exec(typed)![0];
  const start = cursor - begun.length;
  try {
    const entries = readdirSync(
      join(typed.startsWith("/") ? "/" : folder, typed.slice(0, typed.length - begun.length)),
      {
        withFileTypes: true,
      },
    );
    const matches = entries
      .filter(({ name }) => name.startsWith(begun) && (begun !== "" || !name.startsWith(".")))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .slice(0, MOST_NAMES)
      .map((entry) => ({ text: entry.isDirectory() ? `${entry.name}/` : entry.name, type: "path" }));
    return { start, end: cursor, matches };
  } catch {
    return { start, end: cursor, matches: [] }; // no such folder: the string is something else
  }
}

/** The string, or template without holes, around a position; one whose end is missing too. */
function stringAt(file: ts.SourceFile, position: number): ts.StringLiteralLike | undefined {
  let found: ts.StringLiteralLike | undefined;
  const look = (node: ts.Node): void => {
    if (position <= node.getStart(file) || position > node.end) return;
    if (ts.isStringLiteralLike(node)) {
      const isOpen = node.end === node.getStart(file) + 1 || !/["'`]$/.test(file.text.slice(0, node.end));
      if (position < node.end || isOpen) found = node;
    } else ts.forEachChild(node, look);
  };
  look(file);
  return found;
}
