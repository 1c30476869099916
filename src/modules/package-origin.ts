import { existsSync, readFileSync, realpathSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isInstalled } from "./find-file.js";
import { isPath } from "./find-module.js";

/** Where an import leads: into Node or Cellar, into an installed package, or to code of the author's own. */
export type ImportOrigin =
  | { readonly kind: "platform"; readonly name: string }
  | { readonly kind: "package"; readonly name: string }
  | { readonly kind: "own" };

const OWN: ImportOrigin = { kind: "own" };
const origins = new Map<string, ImportOrigin>();

/**
 * @param file path or URL of the file that imports it.
 * Of a package, the name is with its version: "lodash@4.17.21". A workspace package that is linked is the author's own.
 */
export function importOrigin(specifier: string, file: string): ImportOrigin {
  const folder = dirname(file.startsWith("file:") ? fileURLToPath(new URL(file)) : file);
  const key = `${folder}\0${specifier}`;
  const known = origins.get(key);
  if (known) return known;
  const origin = find(specifier, folder);
  origins.set(key, origin); // a package that is updated meanwhile stays loaded as it was
  return origin;
}

function find(specifier: string, folder: string): ImportOrigin {
  if (isBuiltin(specifier)) return { kind: "platform", name: `node:${specifier.replace(/^node:/, "")}` };
  if (specifier === "cellar" || specifier.startsWith("cellar/")) return { kind: "platform", name: specifier };
  if (isPath(specifier) || specifier.startsWith("#")) return OWN;
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  for (let at = folder; ; at = dirname(at)) {
    const installed = join(at, "node_modules", name);
    if (existsSync(installed)) {
      const real = realpathSync(installed);
      return isInstalled(join(real, "package.json")) ? { kind: "package", name: `${name}@${versionIn(real)}` } : OWN;
    }
    if (at === dirname(at)) return OWN; // an alias of tsconfig.json, or the package that the file itself is part of
  }
}

/** The installed package that a file is part of, with its version; undefined for the author's own files. */
export function packageOfFile(file: string): string | undefined {
  const [, folder, name] = /^(.*[\\/]node_modules[\\/])((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file) ?? [];
  return folder === undefined ? undefined : `${name!.replace("\\", "/")}@${versionIn(folder + name)}`;
}

function versionIn(folder: string): string {
  try {
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version?: unknown };
    return String(version ?? "");
  } catch {
    return ""; // no version to tell: its name has to do
  }
}
