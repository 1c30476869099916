import { readFile } from "node:fs/promises";
import { isCellPath } from "../protocol/cell-path.js";
import { objectField, optionalText } from "../protocol/fields.js";
import type { AnswerTable, DebugParts } from "./debug-parts.js";

/** Shows texts of cells and modules. */
export function sourceRequests({ scripts, told }: DebugParts): AnswerTable {
  const textAt = async (path: string): Promise<string> => {
    const script = (await scripts.at(path)).at(-1);
    const known = script?.text ?? told.get(path);
    if (known !== undefined) return known;
    if (isCellPath(path)) throw new Error(`Cannot show source of "${path}": no cell with that text has run`);
    try {
      return await readFile(path, "utf8");
    } catch (cause) {
      throw new Error(`Cannot show source of "${path}": ${(cause as Error).message}`, { cause });
    }
  };
  const files = () => scripts.files();
  return {
    source: async (args) => {
      const path = optionalText(objectField(args, "source"), "path");
      if (path === undefined) throw new Error("Cannot show source: the request names no path");
      const isJs = /\.[cm]?jsx?$/.test(path);
      return { content: await textAt(path), mimeType: isJs ? "text/javascript" : "text/typescript" };
    },
    modules: () => {
      const modules = files().map(({ name, path }, id) => ({ id, name, path }));
      return { modules, totalModules: modules.length };
    },
    loadedSources: async () => {
      const cells = (await scripts.all()).filter(({ frameNames }) => frameNames).map(({ source }) => source);
      const byPath = new Map([...cells, ...files()].map((source) => [source.path, source]));
      return { sources: [...byPath.values()] };
    },
  };
}
