import { types } from "node:util";
import { importOrigin } from "../../modules/package-origin.js";
import { loadedWhileRunning, membersUsed } from "../../source/function-names.js";
import { Described, type Edge, readNow, Unseen } from "./source-shape.js";

/** Where a function's imports are looked up from where nothing says in which file it stands. */
const HERE = `${process.cwd()}/[here].js`;

/**
 * What an imported name leads to: of the author's own modules the value itself, of a package or of Node its name.
 * @param from "specifier#export", of the import's note.
 * @param code the text of the function that uses it.
 */
export function importEdges(
  name: string,
  from: string,
  {
    file = HERE,
    code,
    value,
  }: { readonly file?: string | undefined; code: string; value: (() => unknown) | undefined },
): readonly Edge[] {
  const hash = from.lastIndexOf("#");
  const origin = importOrigin(from.slice(0, hash), file);
  if (origin.kind !== "own") return [{ name, value: new Described(["import", origin.name + from.slice(hash)]) }];
  if (!value) return [{ name, value: new Described(["import", from]) }];
  return valueEdges(name, readNow(value), code);
}

/** A name's value; of a module as a whole those of its exports that the code uses. */
export function valueEdges(name: string, value: unknown, code: string): readonly Edge[] {
  if (!isModule(value)) return [{ name, value }];
  const used = membersUsed(code, name) ?? new Set(Object.keys(value).filter((key) => key !== "default"));
  return [...used].map((member) => ({
    name: `${name}.${member}`,
    value: readNow(() => value[member]),
  }));
}

/** A module's namespace, or the exports of a CommonJS module that a compiler made of an ES module. */
const isModule = (value: unknown): value is { readonly [name: string]: unknown } =>
  types.isModuleNamespaceObject(value) ||
  (typeof value === "object" && value !== null && Object.hasOwn(value, "__esModule"));

/** Modules that a function loads while it runs: those of the author's own cannot be seen before. */
export function runtimeImports(code: string, file = HERE): readonly Edge[] {
  return loadedWhileRunning(code).map((specifier) => {
    const name = specifier === null ? "import()" : `import(${JSON.stringify(specifier)})`;
    const origin = specifier === null ? undefined : importOrigin(specifier, file);
    if (origin === undefined || origin.kind === "own")
      return { name, value: new Unseen("it is loaded while the task runs") };
    return { name, value: new Described(["import", origin.name]) };
  });
}
