import { readFile } from "node:fs/promises";
import type { LoadHook, ResolveHook } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isCompiled } from "../modules/compile-file.js";
import { compileModule } from "../modules/compile-module.js";
import { isInstalled } from "../modules/find-file.js";
import { findModule } from "../modules/find-module.js";
import { jsonModule } from "../modules/json-module.js";
import { notedModule } from "../modules/noted-module.js";
import { plainSpecifier } from "../modules/npm-specifier.js";
import { facadeSource, noteImports, resolveFacade } from "../modules/package-facades.js";

/** One engine and one store: whatever the script's folder has installed, `cellar` is the copy that loads it. */
const OWN: { readonly [specifier: string]: string } = {
  cellar: new URL("../index.js", import.meta.url).href,
  "cellar/script": new URL("./open-script.js", import.meta.url).href,
};

/** Finds `cellar` here, and local files as the compiler finds them: by `./x.js` or `./x`, by an alias of tsconfig.json. */
export const resolve: ResolveHook = async (written, context, next) => {
  const specifier = plainSpecifier(written);
  const own = OWN[specifier];
  if (own) return { url: own, format: "module", shortCircuit: true };
  const { parentURL } = context;
  const parent = parentURL?.startsWith("file:") ? fileURLToPath(parentURL) : undefined;
  if (parent === undefined || isInstalled(parent)) return next(specifier, context);
  const file = findModule(specifier, dirname(parent));
  const found = await next(file === undefined ? specifier : pathToFileURL(file).href, context);
  return resolveFacade(written, parentURL!, found);
};

/** Compiles TypeScript files and notes their functions' sources. */
export const load: LoadHook = async (url, context, next) => {
  const facade = facadeSource(url);
  if (facade !== undefined) return { format: "module", source: facade, shortCircuit: true };
  const file = url.startsWith("file:") ? fileURLToPath(url) : "";
  if (isInstalled(file) || file === "") return next(url, context);
  if (!isCompiled(file) && !file.endsWith(".json")) {
    const loaded = await next(url, context);
    const isText = loaded.format === "module" && loaded.source != null;
    return isText ? { ...loaded, source: noteImports(url, String(loaded.source)) } : loaded;
  }
  const text = await readFile(file, "utf8");
  if (file.endsWith(".json")) {
    if (context.importAttributes?.type === "json") return next(url, context);
    return { format: "module", source: jsonModule(file, text), shortCircuit: true };
  }
  const { format, source } = compileModule(file, text);
  if (format === "commonjs") return { format, source, shortCircuit: true };
  return { format, source: noteImports(url, notedModule(source, url)), shortCircuit: true };
};
