import type { Json } from "../contracts/json.js";

const DEEPEST = 20;

/** Whether JSON says all of a value and takes at most about `limit` characters. Stops looking past them. */
export function isFaithfulJson(value: unknown, limit: number): value is Json {
  let left = limit;
  const take = (characters: number): boolean => {
    left -= characters;
    return left >= 0;
  };
  const fits = (part: unknown, above: readonly object[]): boolean => {
    if (part === null || typeof part === "boolean") return take(5);
    if (typeof part === "string") return take(part.length + 2);
    if (typeof part === "number") return Number.isFinite(part) && !Object.is(part, -0) && take(8);
    if (typeof part !== "object" || above.includes(part) || above.length > DEEPEST) return false;
    const path = [...above, part];
    if (!Array.isArray(part))
      return take(2) && isPlain(part) && ownFields(part).every((field) => fitsField(field, path));
    const whole = Object.keys(part).length === part.length; // no holes, no properties of its own
    return take(2) && whole && part.every((item) => fits(item, path));
  };
  const fitsField = ([key, field]: Field, path: readonly object[]): boolean =>
    field.enumerable === true &&
    "value" in field &&
    key !== "__proto__" &&
    key !== "toJSON" &&
    take(key.length + 4) &&
    fits(field.value, path);
  return fits(value, []);
}

type Field = [key: string, field: PropertyDescriptor];

const ownFields = (part: object): Field[] => Object.entries(Object.getOwnPropertyDescriptors(part));

function isPlain(part: object): boolean {
  const prototype = Object.getPrototypeOf(part);
  return (prototype === Object.prototype || prototype === null) && Object.getOwnPropertySymbols(part).length === 0;
}
