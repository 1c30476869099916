import { createPathsMatcher, getTsconfig } from "get-tsconfig";
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
  try {
    const config = getTsconfig(folder);
    return (config && createPathsMatcher(config)) ?? NOTHING;
  } catch {
    return NOTHING; // broken: the type check says so
  }
}
