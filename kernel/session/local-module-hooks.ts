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
import { changedAt } from "./loaded-files.js";
import { GENERATION, type LocalModulesSetup } from "./local-modules.js";

/** Runs in Node's loader thread: loads the notebook's own modules, TypeScript by ts-node. */

let setup: LocalModulesSetup;

export const initialize: InitializeHook<LocalModulesSetup> = (data) => {
  setup = data;
};

/** What a cell or a module of generation n imports is of generation n where it is the author's, and "cellar" is the kernel's. */
export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  const parent = context.parentURL?.startsWith("file:") ? new URL(context.parentURL) : undefined;
  const generation = parent?.searchParams.get(GENERATION) ?? null;
  if (!parent || generation === null || isBuiltin(specifier)) return nextResolve(specifier, context);
  if (specifier === "cellar") return { url: setup.libraryUrl, format: "module", shortCircuit: true };
  const file = findModule(specifier, dirname(fileURLToPath(parent)));
  const found = await nextResolve(file === undefined ? specifier : pathToFileURL(file).href, context);
  if (!found.url.startsWith("file:") || isInstalled(fileURLToPath(found.url))) return found;
  const url = new URL(found.url);
  url.searchParams.set(GENERATION, generation);
  return { ...found, url: url.href };
};

export const load: LoadHook = async (url, context, nextLoad) => {
  const place = url.startsWith("file:") ? new URL(url) : undefined;
  if (!place?.searchParams.has(GENERATION)) return nextLoad(url, context);
  const path = fileURLToPath(place);
  setup.port.postMessage({ path, changed: changedAt(path) });
  if (isCompiled(path)) return { ...compileModule(path, readFileSync(path, "utf8")), shortCircuit: true };
  if (path.endsWith(".json"))
    return { format: "module", source: jsonModule(path, readFileSync(path, "utf8")), shortCircuit: true };
  if (path.endsWith(".js") && packageType(path) === "none") {
    const source = readFileSync(path, "utf8");
    if (isModuleText(source)) return { format: "module", source, shortCircuit: true };
  }
  return nextLoad(url, context);
};
