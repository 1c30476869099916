/** A specifier as Deno and others write it: "npm:name@range/path". */
export interface NpmSpecifier {
  readonly name: string;
  /** Of npm; undefined where none is written. */
  readonly range: string | undefined;
  /** What Node imports: the name with its path. */
  readonly plain: string;
}

const WRITTEN = /^npm:\/?(@[^/@]+\/[^/@]+|[^/@]+)(?:@([^/]*))?(\/.*)?$/;

/** Reads an "npm:" specifier; undefined for all others. */
export function npmSpecifier(specifier: string): NpmSpecifier | undefined {
  const [, name, range, path = ""] = WRITTEN.exec(specifier) ?? [];
  if (name === undefined) return undefined;
  return { name, range: range === "" ? undefined : range, plain: `${name}${path === "/" ? "" : path}` };
}

/** What Node imports for a specifier: the installed package for "npm:", all others as they are. */
export const plainSpecifier = (specifier: string): string => npmSpecifier(specifier)?.plain ?? specifier;
