import { types } from "node:util";
import type { Json } from "../contracts/json.js";
import { encodeBytes, type PlaceBytes } from "./binary-kinds.js";
import { errorKind } from "./error-kind.js";
import { describeKind, pathText, type Step } from "./object-path.js";
import { scalarSlot } from "./scalar-slots.js";
import { SerializeError } from "./serialize-error.js";
import { StoredBytes } from "./stored-bytes.js";
import { UnfitValue, type ValueBlob, type WriteSlot } from "./value-kind.js";
import { kindOf } from "./value-kinds.js";

/** More would not fit into one text of V8's. */
const LARGEST_BASE64 = 256 * 1024 * 1024;

/** Takes bytes out of the stored form, and puts what finds them at the end of `payload`; false leaves them in. */
export type TakeOut = (content: Uint8Array | StoredBytes, payload: Json[]) => boolean;

const takeNothing: TakeOut = () => false;

/**
 * A value in the stored form that ValueBlob describes. Does not recurse, so depth is no limit.
 * @throws {SerializeError} naming the path to what cannot be held.
 */
export function encodeValue(value: unknown, takeOut = takeNothing): ValueBlob & { [key: string]: Json } {
  const objects: object[] = [];
  const parents: number[] = [];
  const steps: Step[] = [];
  const numbers = new Map<object, number>();
  const nodes: Json[] = [];
  let current = -1;

  const write: WriteSlot = (part, step) => {
    const scalar = scalarSlot(part);
    if (scalar !== undefined) return scalar;
    if (typeof part !== "object") throw new SerializeError(pathTo(current, step), describeKind(part));
    const known = numbers.get(part!);
    if (known !== undefined) return [known];
    const number = objects.push(part!) - 1;
    numbers.set(part!, number);
    parents.push(current);
    steps.push(step);
    return [number];
  };
  const pathTo = (parent: number, step?: Step): string => {
    const path = step === undefined ? [] : [step];
    for (let at = parent; at > 0; at = parents[at]!) path.push(steps[at]!);
    return pathText(path.reverse());
  };

  const root = write(value, { label: () => "" });
  for (current = 0; current < objects.length; current += 1) {
    try {
      nodes.push(encodeNode(objects[current]!, write));
    } catch (error) {
      if (error instanceof SerializeError) throw error;
      if (error instanceof UnfitValue) throw new SerializeError(pathTo(current), error.message);
      throw new SerializeError(pathTo(current), "reading it failed", { cause: error });
    }
  }
  let version: ValueBlob["v"] = 1;
  const place: PlaceBytes = (content, payload, at) => {
    if (takeOut(content, payload)) version = 2;
    else payload.push(base64Of(content, () => pathTo(at)));
  };
  encodeBytes({ objects, nodes, place });
  return { v: version, root, nodes };
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
  if (types.isNativeError(value) || value instanceof Error) return [errorKind.name, ...errorKind.encode(value, write)];
  throw new UnfitValue(describeKind(value));
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
