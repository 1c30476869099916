import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { constants, Script } from "node:vm";
import { beforeLocalImport } from "./thread-files.js";
import type { Binding, ShippedUnits } from "./thread-messages.js";

/** What a module exports. */
export type Namespace = { readonly [name: string]: unknown };
type Load = (specifier: string, options?: { readonly with?: { readonly [key: string]: string } }) => Promise<Namespace>;
type Maker = (
  load: Load,
  meta: object,
  require: NodeJS.Require,
) => readonly [make: () => unknown, link: (...values: readonly unknown[]) => void];

/** One engine in a thread, too: `cellar` is the copy that ships the code. */
const LIBRARY_URL = new URL("../../index.js", import.meta.url).href;

/** What shipped functions refer to, where they are to run. */
export interface ShippedScope {
  /** The file that they are said to stand in. */
  readonly place: string;
  /** The constants. */
  readonly values: readonly unknown[];
  /** Modules that came along, by specifier; others are imported from `place`. @default none */
  readonly modules?: ReadonlyMap<string, Namespace>;
}

/** The function that was shipped, with what its names stand for. */
export async function loadShipped(
  code: ShippedUnits,
  { place, values, modules: brought = new Map() }: ShippedScope,
): Promise<(...inputs: unknown[]) => unknown> {
  const loadThere = loaderOf(place);
  const load: Load = async (specifier, options) => brought.get(String(specifier)) ?? loadThere(specifier, options);
  const modules = await importAll(code, load);
  const around = { load, meta: metaOf(place), require: requireOf(place, brought) };
  const makers = (evaluate(code.text, place) as readonly Maker[]).map((maker) =>
    maker(around.load, around.meta, around.require),
  );
  const made: unknown[] = [];
  const standsFor = (binding: Binding): unknown => {
    if ("unit" in binding) return made[binding.unit];
    return "value" in binding ? values[binding.value] : pick(modules.get(binding.module)!, binding);
  };
  const linkAll = () => {
    for (const [number, [, link]] of makers.entries()) link(...code.units[number]!.bindings.map(standsFor));
  };
  for (const [number, [make]] of makers.entries()) if (!code.units[number]!.isClass) made[number] = make();
  linkAll();
  for (const number of classesInOrder(code)) {
    made[number] = makers[number]![0]();
    linkAll();
  }
  return made[0] as (...inputs: unknown[]) => unknown;
}

/** Classes, each behind those that it refers to, also by way of functions: one may extend another. */
function classesInOrder({ units }: ShippedUnits): number[] {
  const seen = new Set<number>();
  const order: number[] = [];
  const visit = (number: number): void => {
    if (seen.has(number)) return;
    seen.add(number);
    for (const binding of units[number]!.bindings) if ("unit" in binding) visit(binding.unit);
    if (units[number]!.isClass) order.push(number);
  };
  for (const number of units.keys()) visit(number);
  return order;
}

async function importAll({ units }: ShippedUnits, load: Load): Promise<ReadonlyMap<string, Namespace>> {
  const specifiers = new Set(
    units.flatMap(({ bindings }) => bindings.flatMap((each) => ("module" in each ? each.module : []))),
  );
  const modules = [...specifiers].map(async (specifier) => [specifier, await load(specifier)] as const);
  return new Map(await Promise.all(modules));
}

/** An export, also where CommonJS hides it in the default export. */
function pick(module: Namespace, { module: from, exported }: Extract<Binding, { module: string }>): unknown {
  if (exported === "*") return module;
  if (exported in module) return module[exported];
  const whole = module.default as Namespace | null | undefined;
  if (whole !== null && (typeof whole === "object" || typeof whole === "function") && exported in whole)
    return whole[exported];
  throw new SyntaxError(`The requested module '${from}' does not provide an export named '${exported}'`);
}

/** Node calls the constant below experimental until version 22, once a thread: nothing a person can act on. */
function hushLoaderWarning(): void {
  const printers = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.message.includes("USE_MAIN_CONTEXT_DEFAULT_LOADER")) return;
    for (const print of printers) print(warning);
  });
}
hushLoaderWarning();

/** Node resolves an import() from the file that holds it: both scripts stand where the task's code does. */
const evaluate = (text: string, place: string): unknown =>
  new Script(text, {
    filename: place,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext();

function loaderOf(place: string): Load {
  const importThere = evaluate("(specifier, options) => import(specifier, options)", place) as Load;
  return async (specifier, options) => {
    const name = String(specifier);
    if (name === "cellar") return (await import(LIBRARY_URL)) as Namespace;
    if (/^(\.{0,2}\/|\.{1,2}$|file:)/.test(name)) beforeLocalImport();
    return importThere(name, name.endsWith(".json") ? { with: { type: "json" } } : options);
  };
}

/** `require`, of modules that came along as CommonJS sees them. */
function requireOf(place: string, brought: ReadonlyMap<string, Namespace>): NodeJS.Require {
  const requireThere = createRequire(place);
  if (brought.size === 0) return requireThere;
  const required = (specifier: string): unknown => {
    const module = brought.get(specifier);
    return module ? (module.default ?? module) : (requireThere(specifier) as unknown);
  };
  return Object.assign(required, requireThere);
}

const metaOf = (place: string): object => ({
  url: pathToFileURL(place).href,
  filename: place,
  dirname: dirname(place),
  resolve: (to: string) =>
    /^(\.|\/|[a-z]+:)/.test(to)
      ? new URL(to, pathToFileURL(place)).href
      : pathToFileURL(createRequire(place).resolve(to)).href,
});

/** The file that a task's code is said to stand in: beside the notebook or script, so that imports are found. */
export const placeOf = (folder: string, taskName: string): string =>
  join(folder, `[${taskName.replaceAll(/[\\/:]/g, "-")}].ts`);
