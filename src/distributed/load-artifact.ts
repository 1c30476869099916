import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Namespace } from "../engine/threads/load-shipped.js";
import { contentHash } from "../result/content-hash.js";
import { EXTERNAL_MARK, packageName, REQUIRED_MARK } from "./bundle-modules.js";
import type { ArtifactJson } from "./code-artifact.js";

/** Where modules that came along are put, and from where a machine's own packages are looked up. */
export interface ModulePlace {
  /** Folder for the module's file. */
  readonly folder: string;
  /** The file from which packages are found. */
  readonly place: string;
}

/** This copy of the library: there is one engine in a process. */
const LIBRARY = new URL("../index.js", import.meta.url);
const MARKED = new RegExp(`"(${EXTERNAL_MARK}|${REQUIRED_MARK})([^"\\\\]+)"`, "g");

/** A package that the code needs is not on this machine. */
export class MissingPackageError extends Error {}

/**
 * The modules that came along with an artifact, imported; packages that stayed behind are this machine's own.
 * @throws {MissingPackageError} naming the package.
 */
export async function importModules(
  { modules, external }: ArtifactJson,
  { folder, place }: ModulePlace,
): Promise<ReadonlyMap<string, Namespace>> {
  if (modules === null) return new Map();
  const text = modules.replaceAll(MARKED, (_, mark: string, specifier: string) =>
    JSON.stringify(placeOfPackage(specifier, mark === REQUIRED_MARK, place, external)),
  );
  const path = join(folder, `modules-${contentHash(text)}.mjs`);
  await writeFile(path, text);
  const loaded = (await import(pathToFileURL(path).href)) as { modules: ReadonlyMap<string, Namespace> };
  return loaded.modules;
}

function placeOfPackage(
  specifier: string,
  isRequired: boolean,
  place: string,
  external: ArtifactJson["external"],
): string {
  if (specifier === "cellar") return LIBRARY.href;
  try {
    if (isRequired) return createRequire(place).resolve(specifier);
    // The second argument is what the flag --experimental-import-meta-resolve is for; the worker starts with it.
    return (import.meta.resolve as (to: string, from: string) => string)(specifier, pathToFileURL(place).href);
  } catch (cause) {
    const name = packageName(specifier);
    const version = external[name];
    throw new MissingPackageError(
      `package "${name}" is not installed there${version == null ? "" : ` (${version} here)`}; install it, or take it out of "external"`,
      { cause },
    );
  }
}
