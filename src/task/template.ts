import { SecretText } from "../result/secret-text.js";
import { Parameter } from "./parameter.js";
import { TaskCall, type Template } from "./task-call.js";

/** Told of each call and parameter that an argument holds. */
export interface Found {
  call(call: TaskCall): void;
  parameter(parameter: Parameter): void;
}

/** Reads an argument. Whatever holds neither a call nor a parameter stays the very object that was given. */
export function readTemplate(argument: unknown, found: Found, inside: ReadonlySet<object> = new Set()): Template {
  if (argument instanceof TaskCall) {
    found.call(argument);
    return { kind: "call", call: argument };
  }
  if (argument instanceof Parameter) {
    found.parameter(argument);
    return { kind: "parameter", parameter: argument };
  }
  refuseHidden(argument);
  const isList = Array.isArray(argument);
  if ((!isList && !isPlain(argument)) || inside.has(argument)) return { kind: "value", value: argument };
  const deeper = new Set(inside).add(argument); // a cycle in plain data is data
  if (isList) {
    const parts = argument.map((part) => readTemplate(part, found, deeper));
    return parts.every(isValue) ? { kind: "value", value: argument } : { kind: "list", parts };
  }
  const parts = Object.entries(argument).map(([key, part]) => [key, readTemplate(part, found, deeper)] as const);
  return parts.every(([, part]) => isValue(part)) ? { kind: "value", value: argument } : { kind: "record", parts };
}

/** A call inside a Map or Set would reach the task as a call, not as its value. @throws {TypeError} */
function refuseHidden(argument: unknown): void {
  if (!(argument instanceof Map || argument instanceof Set)) return;
  for (const part of argument instanceof Map ? [...argument.keys(), ...argument.values()] : argument)
    if (part instanceof TaskCall || part instanceof Parameter) {
      const what = part instanceof TaskCall ? "call" : "parameter";
      const kind = argument instanceof Map ? "Map" : "Set";
      throw new TypeError(
        `Cannot take ${what} "${part.name}" inside a ${kind}: only arrays and plain objects may hold one; make the ${kind} in the task`,
      );
    }
}

/** The calls that a template holds, in order. */
export function callsIn(template: Template): readonly TaskCall[] {
  if (template.kind === "call") return [template.call];
  if (template.kind === "list") return template.parts.flatMap(callsIn);
  return template.kind === "record" ? template.parts.flatMap(([, part]) => callsIn(part)) : [];
}

/** A secret's text, which only tasks get; any other value as it is. */
export const revealed = (value: unknown): unknown => (value instanceof SecretText ? value.reveal() : value);

/**
 * The value of an argument, once the values in it are known.
 * @param read what becomes of a parameter. @default secrets are revealed, as for a task
 */
export function fillTemplate(
  template: Template,
  readCall: (call: TaskCall) => unknown,
  parameters: { readonly [name: string]: unknown },
  read: (parameter: unknown) => unknown = revealed,
): unknown {
  switch (template.kind) {
    case "value":
      return template.value;
    case "call":
      return readCall(template.call);
    case "parameter":
      return read(parameters[template.parameter.name]);
    case "list":
      return template.parts.map((part) => fillTemplate(part, readCall, parameters, read));
    case "record":
      return Object.fromEntries(
        template.parts.map(([key, part]) => [key, fillTemplate(part, readCall, parameters, read)] as const),
      );
  }
}

const isValue = (template: Template): boolean => template.kind === "value";

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether a template takes a secret, given the values of the run's parameters. */
export function hasSecret(template: Template, parameters: { readonly [name: string]: unknown }): boolean {
  if (template.kind === "parameter") return parameters[template.parameter.name] instanceof SecretText;
  if (template.kind === "list") return template.parts.some((part) => hasSecret(part, parameters));
  return template.kind === "record" && template.parts.some(([, part]) => hasSecret(part, parameters));
}
