import ts = require("typescript");

import type { OpenCell } from "./cell-program.js";
import { inCellWords } from "./cell-words.js";
import { plainSignature } from "./plain-signature.js";

export interface Inspection {
  readonly found: boolean;
  readonly data: { readonly [mime: string]: string };
}

/** A longer definition is cut: a person wants to see it, not to load it. */
const LONGEST_DEFINITION = 10_000;
/** Of a type that nobody declared, the compiler says this. */
const UNRESOLVED = "/*unresolved*/";
const MOST_OVERLOADS = 10;

/**
 * The signature and the documentation of what stands at the cursor; of a call's arguments, what the parameter means
 * too; with detail 1, the text that defines it. Never runs code.
 */
export function inspect(cell: OpenCell, code: string, cursor: number, detail: 0 | 1 = 0): Inspection {
  const { service, path, offset } = cell;
  for (const at of positions(code, cursor)) {
    const found = service.getQuickInfoAtPosition(path, offset + at);
    // Of a name that nobody declared, the compiler says no more than "any".
    if (!found?.displayParts?.length || found.kind === ts.ScriptElementKind.unknown) continue;
    if (ts.displayPartsToString(found.displayParts).includes(UNRESOLVED)) continue;
    const definitions = service.getDefinitionAtPosition(path, offset + at) ?? [];
    cell.readComments(definitions.map(({ fileName }) => fileName));
    const info = service.getQuickInfoAtPosition(path, offset + at)!;
    return describe(info, {
      parameter: parameterAt(cell, cursor),
      overloads: overloads(cell, cursor),
      definition: detail === 1 ? definitionText(cell, definitions) : "",
      cellPath: path,
    });
  }
  return { found: false, data: {} };
}

/** What the argument at the cursor is for; "" where it is none or nobody says. */
function parameterAt({ service, path, offset }: OpenCell, cursor: number): string {
  const help = service.getSignatureHelpItems(path, offset + cursor, {});
  const parameter = help?.items[help.selectedItemIndex]?.parameters[help.argumentIndex];
  const text = ts.displayPartsToString(parameter?.documentation);
  return text === "" ? "" : `${ts.displayPartsToString(parameter!.displayParts)}: ${text}`;
}

/** The text of each definition: a function with overloads has several. */
function definitionText({ service }: OpenCell, definitions: readonly ts.DefinitionInfo[]): string {
  const texts = definitions.map(({ fileName, contextSpan, textSpan }) => {
    const { start, length } = contextSpan ?? textSpan;
    return (
      service
        .getProgram()!
        .getSourceFile(fileName)
        ?.text.slice(start, start + length) ?? ""
    );
  });
  return [...new Set(texts)].join("\n").slice(0, LONGEST_DEFINITION);
}

/** The other signatures of a function with overloads, where the cursor is among a call's arguments. */
function overloads({ service, path, offset }: OpenCell, cursor: number): string {
  const help = service.getSignatureHelpItems(path, offset + cursor, {});
  if (!help || help.items.length < 2) return "";
  const text = ts.displayPartsToString;
  const line = (item: ts.SignatureHelpItem): string => {
    const parameters = item.parameters.map(({ displayParts }) => text(displayParts));
    return (
      text(item.prefixDisplayParts) + parameters.join(text(item.separatorDisplayParts)) + text(item.suffixDisplayParts)
    );
  };
  return help.items
    .filter((_item, at) => at !== help.selectedItemIndex)
    .slice(0, MOST_OVERLOADS)
    .map(line)
    .join("\n");
}

/** The name at the cursor, the one that ends there, and the called one when the cursor is among its arguments. */
function positions(code: string, cursor: number): number[] {
  const found = [cursor, cursor - 1];
  let depth = 0;
  for (let at = cursor - 1; at >= 0; at -= 1) {
    if (code[at] === ")") depth += 1;
    if (code[at] === "(" && depth-- === 0) {
      found.push(code.slice(0, at).trimEnd().length - 1);
      break;
    }
  }
  return found.filter((at) => at >= 0 && /[\w$\p{ID_Continue}"'`]/u.test(code[at] ?? ""));
}

interface Told {
  readonly parameter: string;
  readonly overloads: string;
  readonly definition: string;
  readonly cellPath: string;
}

function describe(
  { displayParts, documentation, tags }: ts.QuickInfo,
  { parameter, overloads, definition, cellPath }: Told,
): Inspection {
  const first = inCellWords(plainSignature(ts.displayPartsToString(displayParts)), cellPath);
  const signature = overloads === "" ? first : `${first}\n${overloads}`;
  const text = ts.displayPartsToString(documentation);
  const notes = (tags ?? []).map(({ name, text: parts }) => [name, ts.displayPartsToString(parts)] as const);
  const block = (source: string): string => (source === "" ? "" : `\`\`\`typescript\n${source}\n\`\`\``);
  const plain = [
    signature,
    text,
    parameter,
    notes.map(([name, note]) => `@${name} ${note}`.trimEnd()).join("\n"),
    definition,
  ];
  const markdown = [
    block(signature),
    text,
    parameter,
    notes.map(([name, note]) => `*@${name}* ${note}`.trimEnd()).join("  \n"),
    block(definition),
  ];
  const join = (parts: readonly string[]) => parts.filter((part) => part !== "").join("\n\n");
  return { found: true, data: { "text/plain": join(plain), "text/markdown": join(markdown) } };
}
