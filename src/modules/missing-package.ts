import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The package that a bare specifier is of; "" for a path or a URL. */
export function packageName(specifier: string): string {
  if (/^(\.{0,2}\/|[a-z][a-z+.-]*:)/i.test(specifier) || specifier === "." || specifier === "..") return "";
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** Where a package is installed, as seen from a folder; undefined where it is not. */
export function installedAt(name: string, folder: string): string | undefined {
  for (let above = folder; ; above = dirname(above)) {
    const place = join(above, "node_modules", name);
    if (existsSync(place)) return place;
    if (above === dirname(above)) return undefined;
  }
}

/** The version of a package that is installed, as seen from a folder; undefined where none is, or it says none. */
export function installedVersion(name: string, folder: string): string | undefined {
  const place = installedAt(name, folder);
  if (place === undefined) return undefined;
  try {
    const { version } = JSON.parse(readFileSync(join(place, "package.json"), "utf8")) as { version?: unknown };
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined; // the import itself meets what is broken
  }
}

/**
 * Why Node finds nothing under a bare specifier in a module of `folder`: the package is not there, or it has no such
 * file. With the way out.
 */
export function whyNotFound(specifier: string, folder: string): string {
  const name = packageName(specifier);
  const place = installedAt(name, folder);
  if (place === undefined)
    return `no such package in ${folder} or a folder above; install it there: npm install ${name}`;
  const inside = specifier.slice(name.length + 1);
  const manifest = join(place, "package.json");
  if (hasExports(manifest))
    return inside === ""
      ? `No "exports" main defined in ${manifest}, or its file is not there`
      : `Package subpath './${inside}' is not defined by "exports" in ${manifest}`;
  const meant = meantFile(specifier, name, folder);
  const what = inside === "" ? "has no main file" : `has no file "${inside}"`;
  return `the package "${name}" in ${dirname(place)} ${what}${meant ? `. Did you mean to import ${JSON.stringify(meant)}?` : ""}`;
}

function hasExports(manifest: string): boolean {
  try {
    return (JSON.parse(readFileSync(manifest, "utf8")) as { exports?: unknown }).exports != null;
  } catch {
    return false; // no package.json, or a broken one: files are found by their paths
  }
}

/** What `require` would take, which adds endings: the hint that Node gives. */
function meantFile(specifier: string, name: string, folder: string): string | undefined {
  try {
    const path = createRequire(join(folder, "importer.js")).resolve(specifier);
    const at = path.lastIndexOf(join("node_modules", name));
    return at < 0 ? undefined : path.slice(at + "node_modules/".length).replaceAll("\\", "/");
  } catch {
    return undefined;
  }
}
