import type { Json } from "../contracts/json.js";
import { list, type ReadSlot, text, type ValueKind, type WriteSlot } from "./value-kind.js";

const BUILT_IN: { readonly [name: string]: ErrorConstructor } = {
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
  AggregateError: AggregateError as unknown as ErrorConstructor,
};
/** Own properties that are there without being enumerable, in the order in which they are stored. */
const USUAL = ["message", "stack", "cause", "errors"];

/**
 * Payload `[class, nearest built-in class, [hidden key, slot, …], [key, slot, …]]`. Classes are not loaded: the
 * error comes back as an instance of the built-in class, under a class that has the old name.
 */
export const errorKind: ValueKind<Error> = {
  name: "Error",
  prototype: Error.prototype,
  encode(error, write) {
    const builtIn = nearestBuiltIn(error);
    const hidden = partsOf(
      error,
      USUAL.filter((key) => isHidden(error, key)),
      write,
    );
    const hasOwnName = Object.hasOwn(error, "name");
    if (!hasOwnName && error.name !== builtIn) hidden.push("name", write(error.name, "name"));
    const other = Object.getOwnPropertyNames(error).filter((key) => isHidden(error, key) && !USUAL.includes(key));
    // Node hangs a hidden toString and marks on its own errors: code, not data.
    const data = other.filter((key) => typeof (error as never)[key] !== "function");
    return [
      classNameOf(error),
      builtIn,
      [...hidden, ...partsOf(error, data, write)],
      partsOf(error, Object.keys(error), write),
    ];
  },
  create([className, builtIn]) {
    const Class = Object.hasOwn(BUILT_IN, text(builtIn)) ? BUILT_IN[text(builtIn)]! : Error;
    const error: Error = Reflect.construct(Class, [[]], classNamed(text(className), Class));
    for (const key of Reflect.ownKeys(error)) Reflect.deleteProperty(error, key);
    return error;
  },
  fill(error, payload, read) {
    define(error, list(payload[2]), false, read);
    define(error, list(payload[3]), true, read);
  },
};

/** Payload `[message, name, [hidden key, slot, …]]`: what an aborted or timed-out fetch throws. */
export const domExceptionKind: ValueKind<DOMException> = {
  name: "DOMException",
  prototype: DOMException.prototype,
  encode(error, write) {
    const hidden = ["stack", "cause"].filter((key) => Object.hasOwn(error, key));
    return [error.message, error.name, partsOf(error, hidden, write)];
  },
  create: ([message, name]) => new DOMException(text(message), text(name)),
  fill(error, payload, read) {
    define(error, list(payload[2]), false, read);
  },
};

const isHidden = (error: Error, key: string): boolean =>
  Object.getOwnPropertyDescriptor(error, key)?.enumerable === false;

const partsOf = (error: Error, keys: readonly string[], write: WriteSlot): Json[] =>
  keys.flatMap((key) => [key, write((error as unknown as { [key: string]: unknown })[key], key)]);

function define(error: Error, entries: readonly Json[], enumerable: boolean, read: ReadSlot): void {
  for (let at = 0; at < entries.length; at += 2)
    Object.defineProperty(error, text(entries[at]), {
      value: read(entries[at + 1]),
      configurable: true,
      enumerable,
      writable: true,
    });
}

function nearestBuiltIn(error: Error): string {
  for (let at = Object.getPrototypeOf(error); at; at = Object.getPrototypeOf(at)) {
    const name: unknown = Object.getOwnPropertyDescriptor(at, "constructor")?.value?.name;
    if (typeof name === "string" && Object.hasOwn(BUILT_IN, name)) return name;
  }
  return "Error";
}

function classNameOf(error: Error): string {
  const name: unknown = error.constructor?.name;
  return typeof name === "string" && name !== "" ? name : "Error";
}

function classNamed(className: string, Class: ErrorConstructor): new () => Error {
  if (className === Class.name) return Class;
  const Revived = class extends Class {};
  Object.defineProperty(Revived, "name", { value: className, configurable: true });
  return Revived;
}
