import ts = require("typescript");

import type { OpenCell } from "./cell-program.js";

export interface Inspection {
  readonly found: boolean;
  readonly data: { readonly [mime: string]: string };
}

/** A longer definition is cut: a person wants to see it, not to load it. */
const LONGEST_DEFINITION = 10_000;

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
    const definitions = service.getDefinitionAtPosition(path, offset + at) ?? [];
    cell.readComments(definitions.map(({ fileName }) => fileName));
    const info = service.getQuickInfoAtPosition(path, offset + at)!;
    return describe(info, parameterAt(cell, cursor), detail === 1 ? definitionText(cell, definitions) : "");
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

function definitionText({ service }: OpenCell, [first]: readonly ts.DefinitionInfo[]): string {
  const file = first && service.getProgram()!.getSourceFile(first.fileName);
  if (!first || !file) return "";
  const { start, length } = first.contextSpan ?? first.textSpan;
  return file.text.slice(start, start + Math.min(length, LONGEST_DEFINITION));
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

function describe(
  { displayParts, documentation, tags }: ts.QuickInfo,
  parameter: string,
  definition: string,
): Inspection {
  const signature = ts.displayPartsToString(displayParts);
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
