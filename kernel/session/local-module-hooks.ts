import { readFileSync, statSync } from "node:fs";
import type { InitializeHook, LoadHook, ResolveHook } from "node:module";
import { dirname, resolve as resolvePath } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Service } from "ts-node";
import { findFile, GENERATION, isInstalled, type LocalModulesSetup } from "./local-modules.js";

/** Runs in Node's loader thread: loads the notebook's own modules, TypeScript by ts-node. */

let setup: LocalModulesSetup;
const services = new Map<string, Service>();

export const initialize: InitializeHook<LocalModulesSetup> = (data) => {
  setup = data;
};

/** A module of generation n imports local modules of generation n, and "cellar" as cells do. */
export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  const { parentURL } = context;
  if (!parentURL?.startsWith("file:") || isInstalled(fileURLToPath(parentURL))) return nextResolve(specifier, context);
  const generation = new URL(parentURL).searchParams.get(GENERATION);
  if (generation === null) return nextResolve(specifier, context);
  if (specifier === "cellar") return { url: setup.libraryUrl, format: "module", shortCircuit: true };
  if (!/^\.{0,2}\//.test(specifier)) return nextResolve(specifier, context);
  const file = findFile(resolvePath(dirname(fileURLToPath(parentURL)), specifier));
  if (file === undefined || isInstalled(file)) return nextResolve(specifier, context);
  return nextResolve(`${pathToFileURL(file).href}?${GENERATION}=${generation}`, context);
};

export const load: LoadHook = async (url, context, nextLoad) => {
  const path = url.startsWith("file:") && url.includes(`?${GENERATION}=`) ? fileURLToPath(url) : undefined;
  if (path === undefined) return nextLoad(url, context);
  setup.port.postMessage({ path, changed: statSync(path).mtimeMs });
  if (!/\.([cm]?ts|[jt]sx)$/.test(path)) return nextLoad(url, context);
  const source = (await serviceFor(dirname(path))).compile(readFileSync(path, "utf8"), path);
  return { format: "module", source, shortCircuit: true };
};

/** ts-node with the tsconfig.json nearest to a folder. The language service has checked the types already. */
async function serviceFor(folder: string): Promise<Service> {
  const known = services.get(folder);
  if (known) return known;
  const { create } = await import("ts-node");
  const make = (compilerOptions: object): Service =>
    create({
      cwd: folder,
      projectSearchDir: folder,
      transpileOnly: true,
      compilerOptions: { ...COMPILER_OPTIONS, ...compilerOptions },
    });
  const own = make({});
  const { jsx } = own.config.options;
  const service = jsx === undefined || jsx === PRESERVE ? make({ jsx: "react-jsx" }) : own; // Node reads no JSX
  services.set(folder, service);
  return service;
}

/** `ts.JsxEmit.Preserve`. */
const PRESERVE = 1;

/** What Node can load, whatever the tsconfig.json says. */
const COMPILER_OPTIONS = {
  module: "ESNext",
  moduleResolution: "Bundler",
  target: "ES2022",
  isolatedModules: true,
  verbatimModuleSyntax: false,
  sourceMap: true,
  inlineSources: true,
  declaration: false,
  ignoreDeprecations: "6.0",
};
