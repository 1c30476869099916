import MagicString from "magic-string";
import { markFunctions } from "./mark-functions.js";
import { type EarlierNames, isNamedDeclaration, notedFunctions } from "./noted-functions.js";
import { freeName, importsOf, parseModule } from "./parsed-module.js";
import { variablesCall } from "./read-variables.js";
import { inferredName, namingAround, namingTarget, sourceArguments } from "./source-call.js";
import { finishEdits, type OriginalFile, type Transformed } from "./transformed.js";

export interface NoteOptions extends OriginalFile {
  /** Module that exports `noteSource`, as the compiled file can import it. */
  readonly noteSourceFrom: string;
}

const NO_EARLIER: EarlierNames = { values: new Set(), imports: new Map() };

/**
 * Keeps the source of a module's functions for cache keys: beside tasks and top-level functions, and by a mark in
 * every other, as in a cell. Takes JavaScript whose types are stripped; lines stay where they are.
 * @throws {SyntaxError} with `pos`, when the text does not parse.
 */
export function noteSources(js: string, options: NoteOptions): Transformed {
  const module = parseModule(js);
  const edits = new MagicString(js);
  const imports = importsOf(module.program);
  const noted = notedFunctions(module, imports, NO_EARLIER);
  const source = freeName("$source", module);
  const marked = markFunctions(module, edits, {
    filename: options.filename,
    source,
    read: (name) => (module.top.set.has(name) ? name : undefined),
    importOf: (name) => imports.get(name),
  });
  const first: string[] = [];
  for (const each of noted) {
    const { node } = each;
    const notes = sourceArguments(each, (name) => name);
    if (node.type === "FunctionDeclaration" && node.id) first.push(`${source}(${node.id.name}, ${notes});`);
    else if (isNamedDeclaration(node) && "id" in node && node.id)
      edits.appendLeft(node.end, ` ${source}(${(node.id as { name: string }).name}, ${notes});`);
    else {
      const name = inferredName(namingTarget(module.parentOf(node)), node);
      const [before, after] = name === undefined ? ["", ""] : namingAround(name);
      edits.appendRight(node.start, `${source}(${before}`);
      edits.prependLeft(node.end, `${after}, ${notes})`);
    }
  }
  const variables = variablesCall(module, source);
  const start = [variables, marked, ...first].filter((part) => part !== undefined);
  if (start.length > 0)
    edits.appendLeft(
      startOf(js),
      `import { noteSource as ${source} } from ${JSON.stringify(options.noteSourceFrom)}; ${start.join(" ")} `,
    );
  return finishEdits(edits, options);
}

/** Where code may be put in first: behind a hashbang line. */
const startOf = (js: string): number => (js.startsWith("#!") ? js.indexOf("\n") + 1 : 0);
