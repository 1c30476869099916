import { readFileSync } from "node:fs";
import { tokenizer } from "acorn";
import { createPathsMatcher, findTsconfig, parseTsconfig, type TsConfigJson, type TsConfigResult } from "get-tsconfig";
import { findFile } from "./find-file.js";

type Matcher = (specifier: string) => readonly string[];

const NOTHING: Matcher = () => [];
/** Folder → the aliases of the tsconfig.json nearest to it. A file that changed counts from the next start on. */
const matchers = new Map<string, Matcher>();

/** The paths, without endings, that `paths` and `baseUrl` of the nearest tsconfig.json give a specifier; often none. */
export function aliasTargets(specifier: string, folder: string): readonly string[] {
  if (/^(\.{0,2}\/|\.{1,2}$|#|[a-z][a-z\d+.-]+:)/i.test(specifier)) return []; // paths and URLs mean themselves
  let matcher = matchers.get(folder);
  if (!matcher) {
    matcher = readMatcher(folder);
    matchers.set(folder, matcher);
  }
  return matcher(specifier);
}

/** The file that `paths` and `baseUrl` of the nearest tsconfig.json mean by a specifier; undefined where none is there. */
export function aliasedFile(specifier: string, folder: string): string | undefined {
  for (const target of aliasTargets(specifier, folder)) {
    const file = findFile(target);
    if (file !== undefined) return file;
  }
  return undefined;
}

function readMatcher(folder: string): Matcher {
  const path = findTsconfig(folder);
  if (path === undefined) return NOTHING;
  try {
    return matcherOf({ path, config: parseTsconfig(path) });
  } catch {
    return ownMatcher(path);
  }
}

/** The aliases that a file sets itself, where a base that it extends is missing. */
function ownMatcher(path: string): Matcher {
  try {
    const { compilerOptions } = JSON.parse(withoutComments(readFileSync(path, "utf8"))) as TsConfigJson;
    const { baseUrl, paths } = compilerOptions ?? {};
    return matcherOf({ path, config: { compilerOptions: { ...(baseUrl && { baseUrl }), ...(paths && { paths }) } } });
  } catch {
    return NOTHING; // broken: the type check says so
  }
}

const matcherOf = (config: TsConfigResult): Matcher => createPathsMatcher(config) ?? NOTHING;

/** JSON as tsconfig.json has it, without its comments and its commas before a closing bracket. */
function withoutComments(text: string): string {
  const tokens = [...tokenizer(text, { ecmaVersion: "latest" })].map(({ start, end }) => text.slice(start, end));
  return tokens.filter((token, at) => token !== "," || !/^[}\]]$/.test(tokens[at + 1] ?? "")).join("");
}
