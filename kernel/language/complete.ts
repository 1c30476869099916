import { isBuiltin } from "node:module";

import ts = require("typescript");

import type { Completion } from "../links/language-calls.js";
import type { DeclaredName } from "./cell-parts.js";
import type { OpenCell } from "./cell-program.js";

/** More would help nobody and cost time on the wire. */
const MOST_MATCHES = 1000;

const SETTINGS: ts.GetCompletionsAtPositionOptions = {
  includeCompletionsWithInsertText: true,
  includeAutomaticOptionalChainCompletions: false,
  includeCompletionsForModuleExports: false,
};

/** Names that would have to be imported too: looking through all modules takes long. */
const WITH_IMPORTS: ts.GetCompletionsAtPositionOptions = { ...SETTINGS, includeCompletionsForModuleExports: true };
/** From so many letters on, a name that nothing else fits is looked for in all modules that are known. */
const IMPORT_FROM_LENGTH = 3;

/** What can stand at the cursor. Never runs code. */
export function complete(
  { service, path, offset }: OpenCell,
  code: string,
  cursor: number,
  earlier: ReadonlyMap<string, DeclaredName>,
): Completion {
  const word = /[\w$\p{ID_Continue}]*$/u.exec(code.slice(0, cursor))![0];
  const none = { start: cursor - word.length, end: cursor, matches: [] };
  let found = service.getCompletionsAtPosition(path, offset + cursor, SETTINGS);
  if (!found) return none;
  const isNew = word.length >= IMPORT_FROM_LENGTH && !found.isMemberCompletion;
  if (isNew && !found.entries.some(({ name }) => goesOn(name, word)))
    found = service.getCompletionsAtPosition(path, offset + cursor, WITH_IMPORTS) ?? found;
  const span = found.optionalReplacementSpan;
  const range = span
    ? { start: span.start - offset, end: Math.min(span.start + span.length - offset, code.length) }
    : { start: none.start, end: cursor };
  const typed = code.slice(range.start, cursor).toLowerCase();
  const entries = found.entries
    .map((entry) => ({ ...entry, text: entry.insertText ?? entry.name, range: rangeOf(entry, offset) ?? range }))
    .filter(({ text, name }) => name !== "" && !isOurs(text))
    // Node's own modules go by two names: "fs" and "node:fs".
    .filter(({ source }) => source === undefined || !isBuiltin(source) || source.startsWith("node:"));
  // All matches share one range in the protocol: that of the first whose text goes on from what is typed.
  const first = entries.find((entry) => goesOn(entry.text, code.slice(entry.range.start, cursor)));
  const shared = first?.range ?? range;
  const before = code.slice(shared.start, cursor).toLowerCase() || typed;
  return {
    ...shared,
    matches: entries
      .filter((entry) => entry.range.start === shared.start && goesOn(entry.text, before))
      .sort((a, b) => compare(a.sortText, b.sortText) || compare(a.text, b.text))
      .slice(0, MOST_MATCHES)
      .map(({ text, kind, source, sourceDisplay }) => {
        // A name of an earlier cell is an alias here, which says nothing.
        const known = kind === ts.ScriptElementKind.alias ? (earlier.get(text)?.kind ?? kind) : kind;
        const from = source && sourceDisplay && ts.displayPartsToString(sourceDisplay);
        return { text, type: TYPES[known] ?? known, ...(from && { signature: `import from ${JSON.stringify(from)}` }) };
      }),
  };
}

const goesOn = (text: string, typed: string): boolean => text.toLowerCase().startsWith(typed.toLowerCase());
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const isOurs = (text: string): boolean => /^(\.\/)?__(cell|cell-globals|earlier-cells)__/.test(text);

function rangeOf({ replacementSpan }: ts.CompletionEntry, offset: number) {
  return (
    replacementSpan && {
      start: replacementSpan.start - offset,
      end: replacementSpan.start + replacementSpan.length - offset,
    }
  );
}

/** JupyterLab's names for what it draws an icon of. */
const TYPES: { readonly [kind: string]: string } = {
  [ts.ScriptElementKind.memberFunctionElement]: "method",
  [ts.ScriptElementKind.memberVariableElement]: "property",
  [ts.ScriptElementKind.memberGetAccessorElement]: "property",
  [ts.ScriptElementKind.memberSetAccessorElement]: "property",
  [ts.ScriptElementKind.functionElement]: "function",
  [ts.ScriptElementKind.localFunctionElement]: "function",
  [ts.ScriptElementKind.constElement]: "instance",
  [ts.ScriptElementKind.letElement]: "instance",
  [ts.ScriptElementKind.variableElement]: "instance",
  [ts.ScriptElementKind.localVariableElement]: "instance",
  [ts.ScriptElementKind.parameterElement]: "param",
  [ts.ScriptElementKind.moduleElement]: "module",
  [ts.ScriptElementKind.externalModuleName]: "module",
  [ts.ScriptElementKind.directory]: "path",
  [ts.ScriptElementKind.scriptElement]: "path",
  [ts.ScriptElementKind.typeElement]: "type",
  [ts.ScriptElementKind.alias]: "instance",
};
