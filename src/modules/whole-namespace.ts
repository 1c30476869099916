/** A module as `import * as` gives it. */
export type Namespace = { readonly [name: string]: unknown };

/** Properties that every function has of its own. */
const OF_FUNCTIONS: ReadonlySet<string> = new Set(["length", "name", "prototype", "arguments", "caller"]);
const known = new WeakMap<Namespace, Namespace>();

/**
 * The namespace of a CommonJS module with all that the module exports: Node reads the names from the text, and sees
 * none that code gives (lodash, kafkajs). The namespace itself where nothing is missing.
 */
export function wholeNamespace(namespace: Namespace): Namespace {
  let whole = known.get(namespace);
  if (!whole) {
    whole = completed(namespace);
    known.set(namespace, whole);
  }
  return whole;
}

function completed(namespace: Namespace): Namespace {
  const exported = namespace.default;
  if ((typeof exported !== "object" && typeof exported !== "function") || exported === null) return namespace;
  const missing = namesOf(exported).filter((name) => !(name in namespace));
  if (missing.length === 0) return namespace;
  const whole = Object.create(null, { [Symbol.toStringTag]: { value: "Module" } }) as Namespace;
  const show = (name: string, from: object): unknown =>
    Object.defineProperty(whole, name, { get: () => Reflect.get(from, name), enumerable: true });
  for (const name of Object.keys(namespace)) show(name, namespace);
  for (const name of missing) show(name, exported);
  return whole;
}

/** What can be imported by name: own properties, and inherited ones that are enumerable. */
function namesOf(exported: object): readonly string[] {
  const names = new Set(Object.getOwnPropertyNames(exported));
  for (const name in exported) names.add(name);
  return [...names].filter((name) => typeof exported !== "function" || !OF_FUNCTIONS.has(name));
}
