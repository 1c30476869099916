import { inspect } from "node:util";

const LONG = 256;
const SHAPE = {
  maxArrayLength: 0,
  depth: 0,
  showHidden: true,
  customInspect: false,
  breakLength: Number.POSITIVE_INFINITY,
} as const;

/** Whether an array has no holes and no other properties than its items and `length`. */
export function isPlainArray(array: readonly unknown[]): boolean {
  const { length } = array;
  for (let index = 0; index < length; index += 1)
    if (array[index] === undefined && !Object.hasOwn(array, index)) return false;
  // Listing the keys of a million items takes half a second; `inspect` asks V8 for the other keys alone.
  // Where a Node version words it otherwise, the long way answers.
  if (length > LONG && inspect(array, SHAPE) === `[ ... ${length} more items, [length]: ${length} ]`) return true;
  return Reflect.ownKeys(array).length === length + 1;
}
