import { types } from "node:util";

/** Step of a path: a property name, an index, or a part with words of its own (`.get("x")`). */
export type Step = string | number | { readonly label: () => string };

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** How a person would write the way to a part: `result.rows[3]["a b"]`. */
export const pathText = (steps: readonly Step[], root = "result"): string => `${root}${steps.map(stepText).join("")}`;

function stepText(step: Step): string {
  if (typeof step === "number") return `[${step}]`;
  if (typeof step === "object") return step.label();
  return IDENTIFIER.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}

/** What a value is, in few words: "function", "instance of Socket". */
export function describeKind(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  if (types.isProxy(value)) return "proxy";
  if (types.isPromise(value)) return "promise (await it first)";
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === "string" && name !== "" ? `instance of ${name}` : "object with a prototype of its own";
}
