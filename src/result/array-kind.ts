import type { Json } from "../contracts/json.js";
import { isPlainArray } from "./plain-array.js";
import { list, type ReadSlot, text, UnfitValue, type ValueKind, type WriteSlot, wholeNumber } from "./value-kind.js";

const LONGEST = 2 ** 32 - 1;

/** Payload `[slots]`, or `[length, [index, slot, …], [key, slot, …]]` with holes or named properties. */
export const arrayKind: ValueKind<unknown[]> = {
  name: "Array",
  prototype: Array.prototype,
  encode(array, write) {
    return isPlainArray(array) ? [array.map(write)] : encodeByKey(array, write);
  },
  create(payload) {
    return payload.length === 1 ? [] : withLength(wholeNumber(payload[0], LONGEST));
  },
  fill(array, payload, read) {
    if (payload.length > 1) return fillByKey(array, payload, read);
    for (const slot of list(payload[0])) array.push(read(slot));
  },
};

function encodeByKey(array: unknown[], write: WriteSlot): Json[] {
  if (Object.getOwnPropertySymbols(array).length > 0) throw new UnfitValue("array with symbol keys");
  const items: Json[] = [];
  const named: Json[] = [];
  for (const key of Object.keys(array)) {
    const index = Number(key);
    const isIndex = Number.isInteger(index) && index >= 0 && index < array.length && String(index) === key;
    const step = isIndex ? index : key;
    (isIndex ? items : named).push(step, write((array as unknown as { [key: string]: unknown })[key], step));
  }
  return [array.length, items, named];
}

function fillByKey(array: unknown[], payload: readonly Json[], read: ReadSlot): void {
  const [, items, named] = payload.map((item, at) => (at === 0 ? [] : list(item)));
  for (let at = 0; at < items!.length; at += 2) array[wholeNumber(items![at], array.length - 1)] = read(items![at + 1]);
  for (let at = 0; at < named!.length; at += 2)
    Object.defineProperty(array, text(named![at]), {
      value: read(named![at + 1]),
      configurable: true,
      enumerable: true,
      writable: true,
    });
}

/** An array of holes that takes no memory for them: an item far behind the end makes V8 keep it as a table. */
function withLength(length: number): unknown[] {
  const array: unknown[] = [];
  if (length === 0) return array;
  array[length - 1] = undefined;
  delete array[length - 1];
  return array;
}
