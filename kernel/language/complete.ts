import { isBuiltin } from "node:module";

import ts = require("typescript");

import type { Completion, Match } from "../links/language-calls.js";
import type { DeclaredName } from "./cell-parts.js";
import { isCellFile, type OpenCell } from "./cell-program.js";
import type { LibraryName } from "./library-names.js";
import { declaredKind, plainSignature } from "./plain-signature.js";

/** More would help nobody and cost time on the wire. */
const MOST_MATCHES = 1000;
/** Each costs the compiler a look at the types. */
const MOST_SIGNATURES = 10;
const LONGEST_SIGNATURE = 200;

const SETTINGS: ts.GetCompletionsAtPositionOptions = {
  includeCompletionsWithInsertText: true,
  includeAutomaticOptionalChainCompletions: false,
  includeCompletionsForModuleExports: false,
};

/** Names that would have to be imported too: looking through all modules takes long. */
const WITH_IMPORTS: ts.GetCompletionsAtPositionOptions = { ...SETTINGS, includeCompletionsForModuleExports: true };
/** From so many letters on, a name that nothing else fits is looked for in all modules that are known. */
const IMPORT_FROM_LENGTH = 3;

const LIBRARY_FROM_LENGTH = 2;

/** What has a text of its own and no signature. */
const NAMELESS: ReadonlySet<string> = new Set([
  ts.ScriptElementKind.keyword,
  ts.ScriptElementKind.string,
  ts.ScriptElementKind.externalModuleName,
  ts.ScriptElementKind.directory,
  ts.ScriptElementKind.scriptElement,
]);

/** What completion knows beside the compiler. */
export interface CompletionWorld {
  readonly earlier: ReadonlyMap<string, DeclaredName>;
  readonly library: readonly LibraryName[];
}

interface Entry extends ts.CompletionEntry {
  readonly text: string;
  readonly range: Range;
}
interface Range {
  readonly start: number;
  readonly end: number;
}

/** What can stand at the cursor. Never runs code. */
export function complete(cell: OpenCell, code: string, cursor: number, world: CompletionWorld): Completion {
  const { service, path, offset } = cell;
  const word = /[\w$\p{ID_Continue}]*$/u.exec(code.slice(0, cursor))![0];
  const none = { start: cursor - word.length, end: cursor, matches: [] };
  let found = service.getCompletionsAtPosition(path, offset + cursor, SETTINGS);
  if (!found) return none;
  const isNew = word.length >= IMPORT_FROM_LENGTH && !found.isMemberCompletion;
  const own = ofLibrary(found, word, world.library);
  if (isNew && own.length === 0 && !found.entries.some(({ name }) => goesOn(name, word)))
    found = service.getCompletionsAtPosition(path, offset + cursor, WITH_IMPORTS) ?? found;
  const span = found.optionalReplacementSpan;
  const range = span
    ? { start: span.start - offset, end: Math.min(span.start + span.length - offset, code.length) }
    : { start: none.start, end: cursor };
  const typed = code.slice(range.start, cursor).toLowerCase();
  const entries: Entry[] = [...found.entries, ...own]
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
      .map((entry, at) => matchOf(entry, at < MOST_SIGNATURES ? signatureOf(cell, cursor, entry) : {}, world.earlier)),
  };
}

/** Names that "cellar" exports and the cell has not imported. */
function ofLibrary(found: ts.CompletionInfo, word: string, library: readonly LibraryName[]): ts.CompletionEntry[] {
  // Where any value or type can stand, the platform's can.
  const isFree = found.entries.some(({ name }) => name === "Array");
  if (word.length < LIBRARY_FROM_LENGTH || !isFree) return [];
  const known = new Set(found.entries.map(({ name }) => name));
  return library
    .filter(({ name }) => goesOn(name, word) && !known.has(name))
    .map(({ name, kind }) => {
      const sortText = name.startsWith(word) ? "16" : "17"; // "task" before "TaskCall" where "ta" is typed
      return { name, kind: kind as ts.ScriptElementKind, sortText, source: "cellar" };
    });
}

function matchOf(entry: Entry, told: Told, earlier: ReadonlyMap<string, DeclaredName>): Match {
  const { text, source, sourceDisplay, kindModifiers } = entry;
  // A name of an earlier cell is an alias here, which says nothing.
  const isAlias = entry.kind === ts.ScriptElementKind.alias;
  const kind = (isAlias && (told.kind ?? earlier.get(text)?.kind)) || entry.kind;
  const from = source && (sourceDisplay ? ts.displayPartsToString(sourceDisplay) : source);
  const signature = from ? `import from ${JSON.stringify(from)}` : told.signature;
  return {
    text,
    type: TYPES[kind] ?? kind,
    ...(signature && { signature }),
    ...(kindModifiers?.includes("deprecated") && { deprecated: true }),
  };
}

interface Told {
  readonly kind?: string;
  readonly signature?: string;
}

/** Parameters and type of an entry, and what it is behind an import. */
function signatureOf({ service, path, offset }: OpenCell, cursor: number, entry: Entry): Told {
  if (entry.source !== undefined || NAMELESS.has(entry.kind)) return {};
  const details = service.getCompletionEntryDetails(
    path,
    offset + cursor,
    entry.name,
    {},
    undefined,
    SETTINGS,
    entry.data,
  );
  const shown = plainSignature(ts.displayPartsToString(details?.displayParts));
  const kind = declaredKind(shown);
  const text = shown.replace(/^\([^)]*\) /, "");
  const at = text.indexOf(entry.name);
  const signature = text
    .slice(at + entry.name.length)
    .replace(/^\??: /, "")
    .split("\n")[0]!;
  const isTold = at >= 0 && signature !== "" && signature.length <= LONGEST_SIGNATURE;
  return { ...(kind && { kind }), ...(isTold && { signature }) };
}

const goesOn = (text: string, typed: string): boolean => text.toLowerCase().startsWith(typed.toLowerCase());
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const isOurs = (text: string): boolean => isCellFile(`/${text.replace(/^\.\//, "")}`);

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
