import ts = require("typescript");

import type { Completion, Match } from "../links/language-calls.js";
import type { DeclaredName } from "./cell-parts.js";
import { isCellFile, type OpenCell } from "./cell-program.js";
import { importEdit, textWithImport } from "./import-edit.js";
import type { ImportableName } from "./importable-names.js";
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

/** From so many letters on, names are offered that would have to be imported. */
const IMPORT_FROM_LENGTH = 3;
/** More would bury what the cell knows. */
const MOST_IMPORTS = 20;
/** For clients that know no edits. */
const MOST_WITH_LINES = 5;

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
  /** Asked only where a new name can stand. */
  readonly importable: () => readonly ImportableName[];
}

interface Entry extends ImportEntry {
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
  const found = service.getCompletionsAtPosition(path, offset + cursor, SETTINGS);
  if (!found) return none;
  const own = importableAt(found, word, world.importable);
  const span = found.optionalReplacementSpan;
  const range = span
    ? { start: span.start - offset, end: Math.min(span.start + span.length - offset, code.length) }
    : { start: none.start, end: cursor };
  const typed = code.slice(range.start, cursor).toLowerCase();
  const entries: Entry[] = [...found.entries, ...own.map(asEntry)]
    .map((entry) => ({ ...entry, text: entry.insertText ?? entry.name, range: rangeOf(entry, offset) ?? range }))
    .filter(({ text, name }) => name !== "" && !isOurs(text));
  // All matches share one range in the protocol: that of the first whose text goes on from what is typed.
  const first = entries.find((entry) => goesOn(entry.text, code.slice(entry.range.start, cursor)));
  const shared = first?.range ?? range;
  const before = code.slice(shared.start, cursor).toLowerCase() || typed;
  const withLines = own.slice(0, MOST_WITH_LINES).map(
    (each): Match => ({
      text: textWithImport(each, code.slice(0, shared.start)),
      type: TYPES[each.kind] ?? each.kind,
      signature: `import from ${JSON.stringify(each.from)}`,
    }),
  );
  const matches = entries
    .filter((entry) => entry.range.start === shared.start && goesOn(entry.text, before))
    .sort((a, b) => compare(a.sortText, b.sortText) || compare(a.text, b.text))
    .slice(0, MOST_MATCHES)
    .map((entry, at) =>
      matchOf(entry, at < MOST_SIGNATURES ? signatureOf(cell, cursor, entry) : {}, { code, ...world }),
    );
  return { ...shared, matches: [...matches, ...withLines] };
}

/** Names that the cell would have to import. */
function importableAt(
  found: ts.CompletionInfo,
  word: string,
  importable: () => readonly ImportableName[],
): readonly ImportableName[] {
  // Where any value or type can stand, the platform's can.
  const isFree = found.entries.some(({ name }) => name === "Array");
  if (word.length < LIBRARY_FROM_LENGTH || !isFree || found.isMemberCompletion) return [];
  const known = new Set(found.entries.map(({ name }) => name));
  const fits = ({ name, from }: ImportableName): boolean =>
    goesOn(name, word) && !known.has(name) && (from === "cellar" || word.length >= IMPORT_FROM_LENGTH);
  return importable()
    .filter(fits)
    .sort((a, b) => Number(b.name.startsWith(word)) - Number(a.name.startsWith(word)) || a.name.length - b.name.length)
    .slice(0, MOST_IMPORTS);
}

interface ImportEntry extends ts.CompletionEntry {
  readonly wanted?: ImportableName;
}

function asEntry(wanted: ImportableName): ImportEntry {
  // "task" before "TaskCall" where "ta" is typed is the order that they come in.
  return { name: wanted.name, kind: wanted.kind as ts.ScriptElementKind, sortText: "17", source: wanted.from, wanted };
}

function matchOf(
  entry: Entry,
  told: Told,
  { code, earlier }: { readonly code: string; readonly earlier: ReadonlyMap<string, DeclaredName> },
): Match {
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
    ...(entry.wanted && { additionalTextEdits: [importEdit(code, entry.wanted)] }),
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
