import ts = require("typescript");

import type { OpenCell } from "./cell-program.js";

export interface Inspection {
  readonly found: boolean;
  readonly data: { readonly [mime: string]: string };
}

/** The signature and the documentation of what stands at the cursor. Never runs code. */
export function inspect({ service, path, offset }: OpenCell, code: string, cursor: number): Inspection {
  for (const at of positions(code, cursor)) {
    const info = service.getQuickInfoAtPosition(path, offset + at);
    if (info?.displayParts?.length) return describe(info);
  }
  return { found: false, data: {} };
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

function describe({ displayParts, documentation, tags }: ts.QuickInfo): Inspection {
  const signature = ts.displayPartsToString(displayParts);
  const text = ts.displayPartsToString(documentation);
  const notes = (tags ?? []).map(({ name, text: parts }) => [name, ts.displayPartsToString(parts)] as const);
  const plain = [signature, text, notes.map(([name, note]) => `@${name} ${note}`.trimEnd()).join("\n")];
  const markdown = [
    `\`\`\`typescript\n${signature}\n\`\`\``,
    text,
    notes.map(([name, note]) => `*@${name}* ${note}`.trimEnd()).join("  \n"),
  ];
  const join = (parts: readonly string[]) => parts.filter((part) => part !== "").join("\n\n");
  return { found: true, data: { "text/plain": join(plain), "text/markdown": join(markdown) } };
}
