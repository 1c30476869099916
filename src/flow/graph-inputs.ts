import type { GraphInput } from "../contracts/records.js";
import { maskText } from "../result/masking.js";
import type { CallInput } from "../task/task-call.js";
import { callsIn } from "../task/template.js";

const LONGEST = 40;
const MOST_INPUTS = 16;

/** Where each argument of a call comes from, for people who look at the call. */
export const graphInputs = (inputs: readonly CallInput[]): GraphInput[] => inputs.slice(0, MOST_INPUTS).map(graphInput);

function graphInput({ name, template }: CallInput): GraphInput {
  switch (template.kind) {
    case "call":
      return { name, from: "call", of: template.call.name };
    case "parameter":
      return { name, from: "parameter", of: template.parameter.name };
    case "value":
      return { name, from: "value", text: valueText(template.value) };
    default:
      return {
        name,
        from: "several",
        text: callsIn(template)
          .map((call) => call.name)
          .join(", ")
          .slice(0, LONGEST * 2),
      };
  }
}

const textOf = (value: string): string =>
  JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);

/** A constant in a few characters. Runs no code of the value's own, and takes as long for a huge one as for a small one. */
function valueText(value: unknown): string {
  if (typeof value === "string") return textOf(maskText(value));
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function" || typeof value === "symbol") return typeof value;
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? `list of ${value.length}` : "object";
}
