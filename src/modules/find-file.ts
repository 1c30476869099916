import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** Endings tried for a path without one, as the compiler does. */
const ENDINGS = [".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx", ".json"];
const INDEXES = ["/index.ts", "/index.tsx", "/index.js"];
/** What a compiled file's ending may stand for. The source counts, also where the compiled file lies beside it. */
const SOURCES: { readonly [ending: string]: readonly string[] } = {
  ".js": [".ts", ".tsx"],
  ".jsx": [".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};

/** A file by its path, or by the ending that its importer left out or wrote as the compiled file's. */
export function findFile(path: string): string | undefined {
  const ending = /\.[cm]?jsx?$/.exec(path)?.[0] ?? "";
  const sources = (SOURCES[ending] ?? []).map((source) => path.slice(0, -ending.length) + source);
  return [...sources, path, ...[...ENDINGS, ...INDEXES].map((added) => path + added)].find(isFile);
}

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

/** Whether a file belongs to a package rather than to the author of what is run. */
export const isInstalled = (path: string): boolean => dirname(path).split(/[\\/]/).includes("node_modules");
