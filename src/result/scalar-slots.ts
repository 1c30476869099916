import type { Json } from "../contracts/json.js";
import { text } from "./value-kind.js";

const NAMED: readonly (readonly [string, unknown])[] = [
  ["undefined", undefined],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
];
const VALUES = new Map(NAMED);

/** The slot of a value that is no object; undefined when there is none (function, symbol). */
export function scalarSlot(value: unknown): Json | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return [Object.is(value, -0) ? "-0" : String(value)];
    case "undefined":
      return ["undefined"];
    case "bigint":
      return ["bigint", value.toString(16)]; // linear in its length, decimal is not
    default:
      return value === null ? null : undefined;
  }
}

/** The value of a slot such as `["NaN"]`. @throws {SyntaxError} when it names none. */
export function readScalarSlot(slot: readonly Json[]): unknown {
  const [name, digits] = slot;
  if (name === "bigint") {
    const [, minus, hex] = /^(-?)([0-9a-f]+)$/.exec(text(digits)) ?? [];
    if (hex === undefined) throw new SyntaxError("expected hexadecimal digits");
    return minus ? -BigInt(`0x${hex}`) : BigInt(`0x${hex}`);
  }
  if (typeof name !== "string" || !VALUES.has(name)) throw new SyntaxError(`unknown value ${JSON.stringify(name)}`);
  return VALUES.get(name);
}
