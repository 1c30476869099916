import type { Runtime } from "node:inspector/promises";

type Value = Runtime.RemoteObject;
type Property = Runtime.PropertyPreview;

const LONGEST_TEXT = 2000;

/** A value in one line, said without running code of the author's. */
export function valueText(value: Value): string {
  const { type, subtype, description = "" } = value;
  if (type === "string") return quoted(String(value.value));
  if (type === "undefined") return "undefined";
  if (subtype === "null") return "null";
  if (value.unserializableValue !== undefined) return value.unserializableValue; // NaN, -0, 1n
  if (type === "function") return functionText(description.replace(MARK, ""));
  if (type === "symbol") return description;
  if (type !== "object") return String(value.value);
  if (subtype === "error") return description.split("\n")[0]!;
  if (value.preview && !["date", "regexp", "promise", "proxy"].includes(subtype ?? ""))
    return previewText(value.preview);
  return description;
}

/**
 * A value's type, in Python's words and for plain values alone: JupyterLab's tree shows any other type instead of
 * the value, and the value where there is none.
 */
export function valueType({ type, value }: Value): { readonly type?: string } {
  if (type === "string") return { type: "str" };
  if (type === "boolean") return { type: "bool" };
  if (type === "number" && typeof value === "number") return { type: Number.isInteger(value) ? "int" : "float" };
  return {};
}

/** What notes of sources put into functions (src/source/module-note.ts). */
const MARK = /\/\*fn:[^*]*\*\//;

const isClass = (description = ""): boolean => description.startsWith("class");

function functionText(description: string): string {
  if (isClass(description)) return /^class(\s+[\w$]+)?(\s+extends\s+[\w$.]+)?/.exec(description)![0];
  const arrow = /^(?:async\s*)?(\([^()]*\)|[\w$]+)\s*=>/.exec(description)?.[1];
  if (arrow !== undefined) return `${arrow} => …`;
  const [, name = "", parameters = "(…)"] = /^(?:async\s+)?(?:function)?\s*\*?\s*([\w$]*)\s*(\([^()]*\))?/.exec(
    description,
  )!;
  return `ƒ ${name}${parameters}`;
}

function previewText({ description = "", subtype, properties, entries, overflow }: Runtime.ObjectPreview): string {
  const more = overflow ? ["…"] : [];
  if (entries) {
    const shown = entries.map(({ key, value }) => `${key ? `${inside(key)} => ` : ""}${inside(value)}`);
    return `${description} {${[...shown, ...more].join(", ")}}`;
  }
  if (subtype === "array" || subtype === "typedarray") {
    const items = properties.filter(({ name }) => /^\d+$/.test(name)).map(propertyText);
    return `${description} [${[...items, ...more].join(", ")}]`;
  }
  const named = properties.map((each) => `${each.name}: ${propertyText(each)}`);
  return `${description === "Object" ? "" : `${description} `}{${[...named, ...more].join(", ")}}`;
}

/** A value inside a preview: its own preview goes no deeper than its name. */
const inside = (preview: Runtime.ObjectPreview): string =>
  preview.type === "string" ? quoted(preview.description ?? "") : (preview.description ?? preview.type);

function propertyText({ type, subtype, value = "" }: Property): string {
  if (type === "string") return quoted(value);
  if (type === "function") return "ƒ";
  if (type === "accessor") return "[Getter]";
  return subtype === "null" ? "null" : value === "Object" ? "{…}" : value;
}

function quoted(text: string): string {
  const shown = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  const escaped = JSON.stringify(shown).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${escaped}'`;
}
