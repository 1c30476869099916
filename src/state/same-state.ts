import { isDeepStrictEqual } from "node:util";
import { hashValue } from "../result/content-hash.js";
import { NoResult } from "../result/no-result.js";
import { Result } from "../result/result.js";
import { storedReferenceOf } from "../result/stored-result.js";
import { CallStates } from "./call-states.js";
import { StateOf } from "./state-of.js";
import type { State } from "./states.js";

/** Fields that say how a state came about, not what it is. */
const PASSING = new Set(["message", "timestamp", "context"]);

/**
 * Whether two states say the same: type, result and fields. A result that is read and one that is still stored
 * are not the same, whatever is stored; load both first.
 */
export function sameState(a: State, b: State): boolean {
  if (a.type !== b.type) return false;
  const left = Object.entries(a.fields()).filter(([key]) => !PASSING.has(key));
  const right = b.fields() as { [key: string]: unknown };
  return left.every(([key, value]) => sameField(value, right[key]));
}

function sameField(a: unknown, b: unknown): boolean {
  if (a instanceof Result && b instanceof Result) return sameResult(a, b);
  if (a instanceof StateOf && b instanceof StateOf) return sameState(a as State, b as State);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => sameField(item, b[index]));
  if (isInputs(a) && isInputs(b)) {
    const names = Object.keys(a);
    return (
      names.length === Object.keys(b).length &&
      names.every((name) => Object.hasOwn(b, name) && sameField(a[name], b[name]))
    );
  }
  return sameValue(a, b);
}

function sameResult(a: Result, b: Result): boolean {
  if (a === b) return true;
  if (a === NoResult || b === NoResult || a.serialized !== b.serialized) return false;
  const [left, right] = [storedReferenceOf(a), storedReferenceOf(b)];
  if (left && right && left.id === right.id) return true;
  if (a.value instanceof CallStates && b.value instanceof CallStates) return sameCalls(a.value, b.value);
  return (!a.serialized || a.serializer.type === b.serializer.type) && sameValue(a.value, b.value);
}

function sameCalls(a: CallStates, b: CallStates): boolean {
  const byName = (calls: CallStates) => Object.fromEntries([...calls].map(([{ name }, state]) => [name, state]));
  return sameField(byName(a), byName(b));
}

/** Node 20 takes two invalid Dates for different; their hashes do not. */
function sameValue(a: unknown, b: unknown): boolean {
  if (isDeepStrictEqual(a, b)) return true;
  const hash = hashValue(a);
  return hash !== null && hash === hashValue(b);
}

const isInputs = (value: unknown): value is { readonly [input: string]: unknown } =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
