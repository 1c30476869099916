import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { Service } from "ts-node";
import { type Compiler, definesClassFields, projectOptions } from "./project-options.js";

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
  const base = createService(folder, {}); // for its compiler, whose types ts-node names in part only
  const service = createService(folder, {
    ...emittedAs(base.ts as unknown as Compiler, folder),
    ...OPTIONS,
    ...MODULE_OPTIONS[module],
  });
  services.set(key, service);
  return service;
}

function createService(folder: string, compilerOptions: object): Service {
  return withoutTsNodeVariables(() => {
    const { create } = require("ts-node") as typeof import("ts-node");
    return create({
      cwd: folder,
      skipProject: true, // what ts-node cannot use of a tsconfig.json would stop it
      compiler: require.resolve("typescript"),
      transpileOnly: true,
      compilerOptions,
      ignoreDiagnostics: IGNORED,
    });
  });
}

/** ts-node reads variables such as TS_NODE_PROJECT, which are meant for other programs of the person. */
function withoutTsNodeVariables<T>(body: () => T): T {
  const own = Object.entries(process.env).filter(([name]) => name.startsWith("TS_NODE_"));
  for (const [name] of own) delete process.env[name];
  try {
    return body();
  } finally {
    for (const [name, value] of own) process.env[name] = value;
  }
}

/** The options of the nearest tsconfig.json that decide what JavaScript a file becomes. */
function emittedAs(compiler: Compiler, folder: string): object {
  const project = projectOptions(compiler, folder);
  const { options } = project;
  const { jsx, jsxFactory, jsxFragmentFactory, jsxImportSource, reactNamespace } = options;
  const { experimentalDecorators, emitDecoratorMetadata } = options;
  const readable = jsx === undefined || jsx === compiler.JsxEmit.Preserve || jsx === compiler.JsxEmit.ReactNative;
  return asWritten({
    jsx: readable ? "react-jsx" : JSX_NAMES[jsx],
    jsxFactory,
    jsxFragmentFactory,
    jsxImportSource,
    reactNamespace,
    experimentalDecorators,
    emitDecoratorMetadata,
    useDefineForClassFields: definesClassFields(compiler, project),
  });
}

const asWritten = (options: object): object =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** The words of tsconfig.json for `ts.JsxEmit`. Node reads no JSX: what preserves it becomes "react-jsx". */
const JSX_NAMES: { readonly [jsx: number]: string } = { 2: "react", 4: "react-jsx", 5: "react-jsxdev" };

/** What speaks of files that would be written, and none is: the folder of the sources, an overwritten input. */
const IGNORED = [5011, 5055, 6059];

/** What Node can load, whatever the tsconfig.json says. */
const OPTIONS = {
  target: "ES2022",
  isolatedModules: true,
  esModuleInterop: true,
  sourceMap: true,
  inlineSources: true,
  ignoreDeprecations: "6.0",
};
const MODULE_OPTIONS: { readonly [module in TargetModule]: object } = {
  ESNext: { module: "ESNext", moduleResolution: "Bundler" },
  NodeNext: { module: "NodeNext", moduleResolution: "NodeNext" },
  CommonJS: { module: "CommonJS", moduleResolution: "Bundler" },
};
