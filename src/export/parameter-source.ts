/** A parameter's value as TypeScript source, for the cell that sets it. */
export function parameterSource(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (value instanceof Date) return `new Date(${quoted(value.toISOString())})`;
  if (value instanceof URL) return `new URL(${quoted(value.href)})`;
  if (Array.isArray(value)) return `[${value.map(parameterSource).join(", ")}]`;
  if (typeof value === "object" && value !== null) return objectSource(Object.entries(value));
  return String(value);
}

function objectSource(entries: readonly (readonly [string, unknown])[]): string {
  const fields = entries.map(([key, value]) => `${keySource(key)}: ${parameterSource(value)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

/** Written plainly, this key would set the object's prototype. */
const keySource = (key: string): string => (key === "__proto__" ? '["__proto__"]' : quoted(key));

/** Line ends, controls and marks that turn the direction of what follows are not to be seen in source. */
const UNSEEN = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const quoted = (text: string): string =>
  JSON.stringify(text).replaceAll(UNSEEN, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
