import type { Json } from "../contracts/json.js";
import { Unstored } from "./unstored.js";
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
/**
 * Payload `[class, nearest built-in class, [hidden key, slot, …], [key, slot, …]]`. Classes are not loaded: the
 * error comes back as an instance of the built-in class, under a class that has the old name. Symbol keys are left
 * out: libraries mark their errors with them (undici, and so fetch), and a mark means nothing in another process.
 */
export const errorKind: ValueKind<Error> = {
  name: "Error",
  prototype: Error.prototype,
  encode(error, write) {
    const builtIn = nearestBuiltIn(error);
    const hidden = partsOf(
      error,
      Object.getOwnPropertyNames(error).filter((key) => isHiddenData(error, key)),
      write,
    );
    const name = readPart(error, "name");
    if (!Object.hasOwn(error, "name") && name !== builtIn) hidden.push("name", write(name, "name"));
    return [classNameOf(error), builtIn, hidden, partsOf(error, Object.keys(error), write)];
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
    return [String(readPart(error, "message")), String(readPart(error, "name")), partsOf(error, hidden, write)];
  },
  create: ([message, name]) => new DOMException(text(message), text(name)),
  fill(error, payload, read) {
    define(error, list(payload[2]), false, read);
  },
};

function isHiddenData(error: Error, key: string): boolean {
  if (isEnumerable(error, key)) return false;
  // Node hangs a hidden toString on errors of its own: code, not data.
  return key !== "toString" || typeof readPart(error, key) !== "function";
}

const partsOf = (error: Error, keys: readonly string[], write: WriteSlot): Json[] =>
  keys.flatMap((key) => [key, write(readPart(error, key), key)]);

function isEnumerable(error: Error, key: string): boolean {
  try {
    return Object.getOwnPropertyDescriptor(error, key)?.enumerable === true;
  } catch {
    return false; // V8 makes the stack when it is first looked at, with the error's own name and message
  }
}

/** Properties that people and programs expect to be text. */
const TEXTS = ["name", "message", "stack"];

/** A property of an error, or of an object in one; where a getter throws, what stands for it. */
export function readPart(owner: object, key: string): unknown {
  try {
    const part = (owner as { [key: string]: unknown })[key];
    return TEXTS.includes(key) && isCode(part) ? String(part) : part;
  } catch (thrown) {
    const why = `reading it failed: ${messageOf(thrown)}`;
    return TEXTS.includes(key) ? `[${why}]` : new Unstored(key, why, "");
  }
}

const isCode = (part: unknown): boolean => typeof part === "function" || typeof part === "symbol";

function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown);
  } catch {
    return "its message cannot be read"; // that is code which throws as well
  }
}

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
  const made = readPart(error, "constructor");
  const name: unknown = typeof made === "function" ? made.name : undefined;
  return typeof name === "string" && name !== "" ? name : "Error";
}

function classNamed(className: string, Class: ErrorConstructor): new () => Error {
  if (className === Class.name) return Class;
  const Revived = class extends Class {};
  Object.defineProperty(Revived, "name", { value: className, configurable: true });
  return Revived;
}
