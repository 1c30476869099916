import { readFileSync } from "node:fs";
import { type InitializeHook, isBuiltin, type LoadHook, type ResolveHook } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isCompiled } from "../../src/modules/compile-file.js";
import { compileModule } from "../../src/modules/compile-module.js";
import { isInstalled } from "../../src/modules/find-file.js";
import { findModule } from "../../src/modules/find-module.js";
import { jsonModule } from "../../src/modules/json-module.js";
import { isModuleText, packageType } from "../../src/modules/module-format.js";
import { NOTE_SOURCE, notedModule } from "../../src/modules/noted-module.js";
import { plainSpecifier } from "../../src/modules/npm-specifier.js";
import { facadeSource, noteImports, resolveFacade } from "../../src/modules/package-facades.js";
import { FAILED, type LocalModulesSetup, VERSION } from "./local-modules.js";
import { ModuleVersions } from "./module-versions.js";

/** Runs in Node's loader thread: loads the notebook's own modules, TypeScript by ts-node. */

let setup: LocalModulesSetup;
const versions = new ModuleVersions();

export const initialize: InitializeHook<LocalModulesSetup> = (data) => {
  setup = data;
};

/** What a cell, or a module that one imports, imports has a version where it is the author's, and "cellar" is the kernel's. */
export const resolve: ResolveHook = async (written, context, nextResolve) => {
  const specifier = plainSpecifier(written);
  const { parentURL } = context;
  const parent = parentURL?.startsWith("file:") ? new URL(parentURL) : undefined;
  const version = parent?.searchParams.get(VERSION) ?? null;
  if (!parent || parentURL === undefined || version === null || isBuiltin(specifier))
    return nextResolve(specifier, context);
  if (specifier === NOTE_SOURCE) return { url: NOTE_SOURCE, format: "module", shortCircuit: true };
  if (specifier === "cellar") return { url: setup.libraryUrl, format: "module", shortCircuit: true };
  const importer = fileURLToPath(parent);
  const failed = parent.searchParams.get(FAILED);
  if (failed !== null) versions.begin(Number(version), new Set(failed.split(",").filter(Boolean).map(Number)));
  const file = findModule(specifier, dirname(importer));
  const found = await nextResolve(file === undefined ? specifier : pathToFileURL(file).href, context);
  if (!found.url.startsWith("file:")) return found;
  const url = new URL(found.url);
  if (!isInstalled(fileURLToPath(url)) && !url.searchParams.has(VERSION))
    url.searchParams.set(VERSION, String(versions.of(fileURLToPath(url), failed === null ? importer : undefined)));
  return resolveFacade(written, parentURL, { ...found, url: url.href });
};

export const load: LoadHook = async (url, context, nextLoad) => {
  const facade = facadeSource(url);
  if (facade !== undefined) return { format: "module", source: facade, shortCircuit: true };
  const place = url.startsWith("file:") ? new URL(url) : undefined;
  if (!place?.searchParams.has(VERSION)) return nextLoad(url, context);
  const path = fileURLToPath(place);
  const own = loadOwn(path, url);
  if (!own) {
    const loaded = await nextLoad(url, context);
    const isText = loaded.format === "module" && loaded.source != null;
    return isText ? { ...loaded, source: noteImports(url, String(loaded.source)) } : loaded;
  }
  return { ...own, source: own.format === "module" ? noteImports(url, own.source) : own.source, shortCircuit: true };
};

/** A file that Node cannot load as it is. */
function loadOwn(
  path: string,
  url: string,
): { readonly format: "module" | "commonjs"; readonly source: string } | undefined {
  if (isCompiled(path)) {
    const { format, source } = compileModule(path, readFileSync(path, "utf8"));
    return { format, source: format === "module" ? notedModule(source, url) : source };
  }
  if (path.endsWith(".json")) return { format: "module", source: jsonModule(path, readFileSync(path, "utf8")) };
  if (!path.endsWith(".js") || packageType(path) !== "none") return undefined;
  const source = readFileSync(path, "utf8");
  return isModuleText(source) ? { format: "module", source } : undefined;
}
