/** So deep, and so many members, a type goes; the rest is `any`. */
const DEEPEST = 4;
const MOST_MEMBERS = 50;
const MOST_ITEMS = 100;
const MOST_KINDS = 4;

const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
/** Type parameters of classes that have some. */
const GENERIC: { readonly [name: string]: string } = {
  Promise: "<any>",
  WeakMap: "<any, any>",
  WeakSet: "<any>",
  WeakRef: "<any>",
};

/**
 * The type of a value, as TypeScript writes it, told from the value alone: no code of the value's own is run.
 * @param scope holds the notebook's names; a class among them is called by its name.
 */
export function typeOfValue(value: unknown, scope: object, depth = 0): string {
  if (value === null) return "null";
  if (typeof value === "function") return classOf(value, scope) ?? "(...args: any[]) => any";
  if (typeof value !== "object") return typeof value;
  if (depth >= DEEPEST) return "any";
  const inner = (each: unknown): string => typeOfValue(each, scope, depth + 1);
  if (Array.isArray(value)) return `Array<${union(dataOf(value, MOST_ITEMS).map(([, each]) => inner(each)))}>`;
  if (value instanceof Map) {
    const entries = [...Map.prototype.entries.call(value)].slice(0, MOST_ITEMS);
    return `Map<${union(entries.map(([key]) => inner(key)))}, ${union(entries.map(([, each]) => inner(each)))}>`;
  }
  if (value instanceof Set) {
    const items = [...Set.prototype.values.call(value)].slice(0, MOST_ITEMS);
    return `Set<${union(items.map(inner))}>`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    const members = dataOf(value, MOST_MEMBERS + 1);
    if (members.length > MOST_MEMBERS) return "{ [name: string]: any }";
    return `{ ${members.map(([name, each]) => `${NAME.test(name) ? name : JSON.stringify(name)}: ${inner(each)};`).join(" ")} }`;
  }
  return instanceType(prototype, scope);
}

/** Own enumerable properties; what a getter would give is left open. */
const dataOf = (value: object, most: number): [string, unknown][] =>
  Object.keys(value)
    .slice(0, most)
    .map((name) => {
      const property = Object.getOwnPropertyDescriptor(value, name);
      return [name, property && "value" in property ? property.value : ANY];
    });

/** Stands for a value that is not looked at. */
const ANY = Object.create({ constructor: undefined }) as object;

function union(types: readonly string[]): string {
  const different = [...new Set(types)];
  if (different.length === 0 || different.length > MOST_KINDS || different.includes("any")) return "any";
  return different.map((type) => (type.includes("=>") ? `(${type})` : type)).join(" | ");
}

function instanceType(prototype: unknown, scope: object): string {
  const made = Object.getOwnPropertyDescriptor(prototype as object, "constructor")?.value as unknown;
  const name = typeof made === "function" ? knownName(made, scope) : undefined;
  return name === undefined ? "any" : `${name}${GENERIC[name] ?? ""}`;
}

/** `typeof Name` of a class that later cells can name. */
function classOf(made: object, scope: object): string | undefined {
  const name = /^class\b/.test(Function.prototype.toString.call(made)) ? knownName(made, scope) : undefined;
  return name === undefined ? undefined : `typeof ${name}`;
}

/** The name by which a cell finds this very function. */
function knownName(made: object, scope: object): string | undefined {
  const name = Object.getOwnPropertyDescriptor(made, "name")?.value as unknown;
  if (typeof name !== "string" || !NAME.test(name)) return undefined;
  const found = [scope, globalThis].some((holder) => (holder as { [name: string]: unknown })[name] === made);
  return found ? name : undefined;
}
