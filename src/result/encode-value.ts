import { types } from "node:util";
import type { Json } from "../contracts/json.js";
import { encodeBytes, type PlaceBytes } from "./binary-kinds.js";
import { errorKind, readPart } from "./error-kind.js";
import { describeKind, pathText, type Step } from "./object-path.js";
import { preview } from "./preview.js";
import { scalarSlot } from "./scalar-slots.js";
import { SerializeError } from "./serialize-error.js";
import { StoredBytes } from "./stored-bytes.js";
import { Unstored, unstoredKind } from "./unstored.js";
import { UnfitValue, type ValueBlob, type WriteSlot } from "./value-kind.js";
import { kindOf } from "./value-kinds.js";

/** More would not fit into one text of V8's. */
const LARGEST_BASE64 = 256 * 1024 * 1024;

/** Takes bytes out of the stored form, and puts what finds them at the end of `payload`; false leaves them in. */
export type TakeOut = (content: Uint8Array | StoredBytes, payload: Json[]) => boolean;

const takeNothing: TakeOut = () => false;

/**
 * A value in the stored form that ValueBlob describes. Does not recurse, so depth is no limit. An error is never lost
 * for a part of it: what cannot be held inside one is replaced by an `Unstored`.
 * @throws {SerializeError} naming the path to what cannot be held elsewhere.
 */
export function encodeValue(value: unknown, takeOut = takeNothing): ValueBlob & { [key: string]: Json } {
  return new ValueEncoder(takeOut).encode(value);
}

class ValueEncoder {
  readonly #takeOut: TakeOut;
  readonly #objects: object[] = [];
  readonly #parents: number[] = [];
  readonly #steps: Step[] = [];
  readonly #numbers = new Map<object, number>();
  readonly #nodes: Json[] = [];
  /** Whether an object was found inside an error, by number. */
  readonly #insideError: boolean[] = [];
  /** Objects found inside an error and outside of any. */
  readonly #alsoOutside = new Set<number>();
  /** Objects that an Unstored stands for. */
  readonly #replaced: { readonly number: number; readonly error: SerializeError }[] = [];
  #current = -1;
  #version: ValueBlob["v"] = 1;

  constructor(takeOut: TakeOut) {
    this.#takeOut = takeOut;
  }

  encode(value: unknown): ValueBlob & { [key: string]: Json } {
    const root = this.#write(value, { label: () => "" });
    for (this.#current = 0; this.#current < this.#objects.length; this.#current += 1) this.#encodeCurrent();
    encodeBytes({ objects: this.#objects, nodes: this.#nodes, place: this.#placeBytes });
    this.#checkReplaced();
    return { v: this.#version, root, nodes: this.#nodes };
  }

  readonly #write: WriteSlot = (part, step) => {
    const scalar = scalarSlot(part);
    if (scalar !== undefined) return scalar;
    const inside = this.#current >= 0 && this.#isInside(this.#current);
    if (typeof part !== "object" || part === null) {
      const path = this.#pathTo(this.#current, step);
      if (!inside) throw new SerializeError(path, describeKind(part));
      return this.#add(unstored(path, describeKind(part), part), step, true);
    }
    const known = this.#numbers.get(part);
    if (known === undefined) return this.#add(part, step, inside);
    if (!inside && this.#insideError[known]) this.#alsoOutside.add(known);
    return [known];
  };

  #add(object: object, step: Step, inside: boolean): Json {
    const number = this.#objects.push(object) - 1;
    this.#numbers.set(object, number);
    this.#parents.push(this.#current);
    this.#steps.push(step);
    this.#insideError.push(inside);
    return [number];
  }

  #encodeCurrent(): void {
    const object = this.#objects[this.#current]!;
    const inside = this.#insideError[this.#current] && !this.#alsoOutside.has(this.#current);
    try {
      this.#nodes.push(inside ? encodeLeniently(object, this.#write) : encodeNode(object, this.#write));
    } catch (thrown) {
      const error = this.#refusal(thrown);
      if (!inside) throw error;
      this.#nodes.push(this.#markFor(this.#current, error));
    }
  }

  #refusal(error: unknown): SerializeError {
    if (error instanceof SerializeError) return error;
    const path = this.#pathTo(this.#current);
    if (error instanceof UnfitValue) return new SerializeError(path, error.message);
    return new SerializeError(path, "reading it failed", { cause: error });
  }

  /** Whether what an object holds is inside an error: it is one, or stands in one. */
  #isInside(number: number): boolean {
    return (this.#insideError[number]! && !this.#alsoOutside.has(number)) || isError(this.#objects[number]!);
  }

  #markFor(number: number, error: SerializeError): Json {
    this.#replaced.push({ number, error });
    return [
      unstoredKind.name,
      ...unstoredKind.encode(unstored(error.path, error.kind, this.#objects[number]), this.#write),
    ];
  }

  /** An object that stands in an error and beside it is no part of the error alone. @throws {SerializeError} */
  #checkReplaced(): void {
    if (this.#alsoOutside.size === 0) return;
    for (const { number, error } of this.#replaced)
      for (let at = number; at >= 0 && !isError(this.#objects[at]!); at = this.#parents[at]!)
        if (this.#alsoOutside.has(at)) throw error;
  }

  readonly #placeBytes: PlaceBytes = (content, payload, at) => {
    if (this.#takeOut(content, payload)) {
      this.#version = 2;
      return;
    }
    try {
      payload.push(base64Of(content, () => this.#pathTo(at)));
    } catch (error) {
      if (!(error instanceof SerializeError) || !this.#insideError[at]) throw error;
      this.#nodes[at] = this.#markFor(at, error);
    }
  };

  #pathTo(parent: number, step?: Step): string {
    const path = step === undefined ? [] : [step];
    for (let at = parent; at > 0; at = this.#parents[at]!) path.push(this.#steps[at]!);
    return pathText(path.reverse());
  }
}

const unstored = (path: string, kind: string, part: unknown): Unstored => new Unstored(path, kind, preview(part));

function isError(value: object): boolean {
  return types.isNativeError(value) || (!types.isProxy(value) && value instanceof Error);
}

function base64Of(content: Uint8Array | StoredBytes, path: () => string): string {
  if (content instanceof StoredBytes)
    throw new SerializeError(path(), `${content}, which stays in the store; read it by \`await bytes()\``);
  const { buffer, byteOffset, byteLength } = content;
  if (byteLength > LARGEST_BASE64) throw new SerializeError(path(), `${byteLength} bytes, too many to stand in JSON`);
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function encodeNode(value: object, write: WriteSlot): Json {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return encodePlainObject(value, write);
  const kind = kindOf(prototype);
  if (kind) return [kind.name, ...kind.encode(value, write)];
  if (isError(value)) return [errorKind.name, ...errorKind.encode(value as Error, write)];
  throw new UnfitValue(describeKind(value));
}

/** The same for a part of an error: of a plain object, what cannot be read is replaced key by key. */
function encodeLeniently(value: object, write: WriteSlot): Json {
  if (types.isProxy(value) || Object.getPrototypeOf(value) !== Object.prototype) return encodeNode(value, write);
  const node: { [key: string]: Json } = {};
  for (const key of Object.keys(value))
    Object.defineProperty(node, key, {
      value: write(readPart(value, key), key),
      configurable: true,
      enumerable: true,
      writable: true,
    });
  return node;
}

function encodePlainObject(value: object, write: WriteSlot): Json {
  const keys = Object.keys(value);
  if (Reflect.ownKeys(value).length !== keys.length) throw new UnfitValue("object with hidden or symbol keys");
  const node = { ...value } as { [key: string]: Json };
  for (const key of keys) {
    const part = node[key] as unknown;
    if (typeof part === "string" || typeof part === "boolean") continue;
    node[key] = write(part, key); // an own `__proto__` stays an own property: the copy already has it
  }
  return node;
}
