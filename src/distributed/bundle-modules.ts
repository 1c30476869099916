import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { builtinModules, createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { Plugin } from "esbuild";
import { loadOptional } from "./optional-package.js";

/** What a bundle is made from. */
export interface BundleAsk {
  /** Where the modules are looked up from. */
  readonly folder: string;
  readonly specifiers: readonly string[];
  /** Packages that workers have: they are not bundled. */
  readonly external: readonly string[];
}

/** Modules in one text, for a machine that has none of their files. */
export interface ModuleBundle {
  /** ES module that exports `modules`: specifier → what the module exports. */
  readonly text: string;
  /** Packages that the worker is to have: name → version here, null where it is not installed here. */
  readonly external: { readonly [name: string]: string | null };
}

/** Stands before the name of a package in the bundle; the worker puts the place of its own copy there. */
export const EXTERNAL_MARK = "cellar-external:";
/** The same for what CommonJS requires. */
export const REQUIRED_MARK = "cellar-required:";
const BUILT_IN = new Set([...builtinModules, ...builtinModules.map((name) => `node:${name}`)]);
/** The library itself: each worker has its own. */
const LIBRARY = /^cellar(\/|$)/;

/** A bundle, with the files that it was made from. */
interface Made {
  readonly bundle: ModuleBundle;
  /** By path; null for one that is not there. */
  readonly files: ReadonlyMap<string, string | null>;
}

/** Bundles made in this process, by what was asked. A bundle is good while none of its files has changed. */
const made = new Map<string, Promise<Made>>();

/** Whether a module is there on every worker without being sent. */
export const isEverywhere = (specifier: string): boolean => BUILT_IN.has(specifier) || LIBRARY.test(specifier);

/**
 * The modules with all that they import: local files of TypeScript, JavaScript and JSON, and packages in plain
 * JavaScript. A package with native parts is left to the worker.
 * @throws {Error} naming what cannot be bundled.
 */
export async function bundleModules(ask: BundleAsk): Promise<ModuleBundle> {
  const key = JSON.stringify([ask.folder, [...ask.specifiers].sort(), [...ask.external].sort()]);
  const known = await made.get(key)?.catch(() => undefined); // its error was given to whoever asked
  if (known && (await isUnchanged(known.files))) return known.bundle;
  const making = make(ask);
  made.set(key, making);
  return (await making).bundle;
}

async function make({ folder, specifiers, external }: BundleAsk): Promise<Made> {
  const { build } = await loadOptional("esbuild", () => import("esbuild"));
  const found = new Map<string, string | null>();
  const result = await build({
    stdin: { contents: entryOf(specifiers), resolveDir: resolve(folder), sourcefile: "[modules].ts", loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    keepNames: true,
    metafile: true,
    sourcemap: "inline",
    sourcesContent: false,
    logLevel: "silent",
    absWorkingDir: resolve(folder),
    plugins: [leaveOut(new Set(external), found)],
  });
  // What esbuild read; a name in brackets is a module that it made up.
  const read = Object.keys(result.metafile.inputs).filter((path) => !/^[[(]/.test(path));
  const files = [...read, "tsconfig.json", "package.json"].map((path) => resolve(folder, path));
  return {
    bundle: { text: result.outputFiles[0]!.text, external: Object.fromEntries(found) },
    files: new Map(await Promise.all(files.map(async (path) => [path, await hashOf(path)] as const))),
  };
}

function entryOf(specifiers: readonly string[]): string {
  const imports = specifiers.map((each, index) => `import * as m${index} from ${JSON.stringify(each)};`);
  const pairs = specifiers.map((each, index) => `[${JSON.stringify(each)}, m${index}]`);
  return `${imports.join("\n")}\nexport const modules = new Map<string, unknown>([${pairs.join(", ")}]);\n`;
}

/** Leaves packages to the worker that are said to be there, or have native parts. */
const leaveOut = (external: ReadonlySet<string>, found: Map<string, string | null>): Plugin => ({
  name: "leave-out",
  setup(building) {
    building.onResolve({ filter: /^[^./]/ }, ({ path, importer, resolveDir, kind }) => {
      if (BUILT_IN.has(path) || kind === "entry-point") return undefined;
      const mark = kind === "require-call" || kind === "require-resolve" ? REQUIRED_MARK : EXTERNAL_MARK;
      if (LIBRARY.test(path)) return { path: `${mark}${path}`, external: true };
      const name = packageName(path);
      const manifest = manifestOf(name, importer || resolveDir);
      if (!external.has(name) && !(manifest && isNative(manifest))) return undefined;
      found.set(name, manifest?.version ?? null);
      return { path: `${mark}${path}`, external: true };
    });
  },
});

/** The package that a specifier leads into: `@scope/name/file` → `@scope/name`. */
export const packageName = (specifier: string): string =>
  specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");

interface Manifest {
  readonly version?: string;
  readonly gypfile?: boolean;
  readonly binary?: unknown;
  readonly scripts?: { readonly [name: string]: string };
  readonly dependencies?: { readonly [name: string]: string };
  readonly optionalDependencies?: { readonly [name: string]: string };
}

/** Packages that load a native part of the package that depends on them. */
const LOADERS = [
  "bindings",
  "node-gyp-build",
  "node-pre-gyp",
  "@mapbox/node-pre-gyp",
  "prebuild-install",
  "node-addon-api",
];
const PLATFORM = /(linux|darwin|win32)[-_](x64|arm64|ia32)/;

function isNative({ gypfile, binary, scripts, dependencies, optionalDependencies }: Manifest): boolean {
  return (
    gypfile === true ||
    binary !== undefined ||
    LOADERS.some((loader) => dependencies !== undefined && loader in dependencies) ||
    Object.keys(optionalDependencies ?? {}).some((name) => PLATFORM.test(name)) ||
    /node-gyp|prebuild/.test(scripts?.install ?? "")
  );
}

/** The manifest of the package as Node would find it from a file; undefined when it is not there. */
function manifestOf(name: string, from: string): Manifest | undefined {
  for (const folder of createRequire(resolve(from, "[from].js")).resolve.paths(name) ?? [])
    try {
      return createRequire(import.meta.url)(join(folder, name, "package.json")) as Manifest;
    } catch {
      // not in this folder: the next one up is looked at
    }
  return undefined;
}

async function isUnchanged(files: Made["files"]): Promise<boolean> {
  for (const [path, hash] of files) if ((await hashOf(path)) !== hash) return false;
  return true;
}

async function hashOf(path: string): Promise<string | null> {
  const content = await readFile(path).catch(() => null); // unreadable is as good as missing
  return content && createHash("sha256").update(content).digest("hex");
}
