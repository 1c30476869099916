import type { Json } from "../../src/contracts/json.js";
import type { JsonObject } from "./messages.js";

/** Reads a text that a request must have. @throws {TypeError} naming the field. */
export function textField(content: JsonObject, name: string): string {
  const value = content[name];
  if (typeof value !== "string") throw new TypeError(`Cannot read request: "${name}" is not a string`);
  return value;
}

/** Reads a text that a request may have. @throws {TypeError} naming the field. */
export const optionalText = (content: JsonObject, name: string): string | undefined =>
  content[name] === undefined || content[name] === null ? undefined : textField(content, name);

/** Reads a boolean; `otherwise` where the request has none. */
export function flagField(content: JsonObject, name: string, otherwise: boolean): boolean {
  const value = content[name];
  return typeof value === "boolean" ? value : otherwise;
}

/** Reads an integer; `otherwise` where the request has none. */
export function integerField(content: JsonObject, name: string, otherwise: number): number {
  const value = content[name];
  return typeof value === "number" && Number.isInteger(value) ? value : otherwise;
}

/** Reads an object; empty where the request has none. */
export function objectField(content: JsonObject, name: string): JsonObject {
  const value: Json | undefined = content[name];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
