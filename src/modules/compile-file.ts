import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { Service } from "ts-node";

/** The kind of module that a file is compiled to. */
export type TargetModule = "ESNext" | "NodeNext" | "CommonJS";

const require = createRequire(import.meta.url);
const services = new Map<string, Service>();

/** Whether a file has to be compiled before Node can run it. */
export const isCompiled = (path: string): boolean => /\.([cm]?ts|[jt]sx)$/.test(path);

/**
 * Compiles a file by ts-node with the tsconfig.json nearest to it, its source map inside. Types are checked elsewhere.
 * @throws {SyntaxError} naming file and line.
 */
export function compileFile(path: string, text: string, module: TargetModule): string {
  try {
    return serviceFor(dirname(path), module).compile(text, path);
  } catch (cause) {
    const { diagnosticText, message } = cause as Partial<{ diagnosticText: string; message: string }>;
    if (diagnosticText === undefined) throw new Error(`Cannot compile "${path}": ${message}`, { cause });
    // Without the cause: its class does not come through from the loader's thread, and it says no more.
    throw new SyntaxError(`Cannot compile "${path}": ${diagnosticText.trim()}`);
  }
}

function serviceFor(folder: string, module: TargetModule): Service {
  const key = `${module} ${folder}`;
  const known = services.get(key);
  if (known) return known;
  const { create } = require("ts-node") as typeof import("ts-node");
  const make = (compilerOptions: object): Service =>
    create({
      cwd: folder,
      projectSearchDir: folder,
      compiler: require.resolve("typescript"),
      transpileOnly: true,
      compilerOptions: { ...OPTIONS, ...MODULE_OPTIONS[module], ...compilerOptions },
      ignoreDiagnostics: IGNORED,
    });
  const own = make({});
  const { jsx } = own.config.options;
  const service = jsx === undefined || jsx === PRESERVE ? make({ jsx: "react-jsx" }) : own; // Node reads no JSX
  services.set(key, service);
  return service;
}

/** `ts.JsxEmit.Preserve`. */
const PRESERVE = 1;

/** What speaks of files that would be written, and none is: the folder of the sources, an overwritten input. */
const IGNORED = [5011, 5055, 6059];

/** What Node can load, whatever the tsconfig.json says. */
const OPTIONS = {
  target: "ES2022",
  isolatedModules: true,
  isolatedDeclarations: false,
  verbatimModuleSyntax: false,
  esModuleInterop: true,
  sourceMap: true,
  inlineSources: true,
  declaration: false,
  composite: false,
  noEmit: false,
  importHelpers: false,
  noEmitHelpers: false,
  ignoreDeprecations: "6.0",
};
const MODULE_OPTIONS: { readonly [module in TargetModule]: object } = {
  ESNext: { module: "ESNext", moduleResolution: "Bundler" },
  NodeNext: { module: "NodeNext", moduleResolution: "NodeNext" },
  CommonJS: { module: "CommonJS", moduleResolution: "Bundler" },
};
