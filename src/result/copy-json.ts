import type { Json } from "../contracts/json.js";
import { describeKind, pathText } from "./object-path.js";
import { isPlainArray } from "./plain-array.js";
import { SerializeError } from "./serialize-error.js";

/** JSON.stringify recurses, so what is deeper could be copied and then not be written. */
const DEEPEST_JSON = 1000;
/** Steps that a message shows of a way that may be a thousand long. */
const LONGEST_PATH = 20;

interface Level {
  readonly source: { readonly [key: string]: unknown };
  readonly copy: { [key: string]: Json };
  readonly keys: readonly (string | number)[];
  next: number;
}

/**
 * A copy of a value that is JSON through and through, sharing nothing with it.
 * @throws {SerializeError} naming the path to what JSON would change, lose or refuse.
 */
export function copyJson(value: unknown, root = "result"): Json {
  const levels: Level[] = [];
  const open = new Set<object>();
  const refuse = (kind: string): never => {
    const steps = levels.map(({ keys, next }) => keys[next - 1]!);
    throw new SerializeError(pathText(steps.slice(0, LONGEST_PATH), root), kind);
  };
  const enter = (part: unknown): Json => {
    if (isJsonScalar(part)) return part;
    if (typeof part !== "object") return refuse(describeKind(part));
    const keys = keysOf(part!, refuse);
    if (open.has(part!)) return refuse("cycle");
    if (levels.length >= DEEPEST_JSON) return refuse(`nested deeper than ${DEEPEST_JSON} levels`);
    const copy = (Array.isArray(part) ? [] : {}) as { [key: string]: Json };
    open.add(part!);
    levels.push({ source: part as { [key: string]: unknown }, copy, keys, next: 0 });
    return copy as Json;
  };

  const whole = enter(value);
  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    if (level.next === level.keys.length) {
      open.delete(level.source);
      levels.pop();
      continue;
    }
    const key = level.keys[level.next++]! as string;
    const part = enter(level.source[key]);
    if (key !== "__proto__") level.copy[key] = part;
    else Object.defineProperty(level.copy, key, { value: part, configurable: true, enumerable: true, writable: true });
  }
  return whole;
}

function isJsonScalar(value: unknown): value is null | boolean | number | string {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  return value === null || typeof value === "string" || typeof value === "boolean";
}

function keysOf(value: object, refuse: (kind: string) => never): readonly (string | number)[] {
  const prototype = Object.getPrototypeOf(value);
  if (Array.isArray(value) && prototype === Array.prototype) {
    if (!isPlainArray(value)) refuse("array with holes or named properties");
    return Array.from(value.keys());
  }
  if (prototype !== Object.prototype) refuse(describeKind(value));
  const keys = Object.keys(value);
  if (Reflect.ownKeys(value).length !== keys.length) refuse("object with hidden or symbol keys");
  return keys;
}
