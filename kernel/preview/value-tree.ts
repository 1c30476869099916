import { inspect } from "node:util";
import type { TreeNode } from "../../src/contracts/run-comm.js";
import { StoredBytes } from "../../src/result/stored-bytes.js";

const DEEPEST = 6;
/** Nodes of a whole tree; what is left out is counted where it would be. */
const MOST_NODES = 1500;
const MOST_CHILDREN = 100;
const MOST_TEXT = 500;

/** A value that JSON cannot say (a Map, a Set, an instance, a Date among others) as a tree; undefined for one without parts. */
export function treeOf(value: unknown): TreeNode | undefined {
  if (typeof value !== "object" || value === null || !hasParts(value)) return undefined;
  let left = MOST_NODES;
  const grow = (part: unknown, key: string | undefined, above: readonly object[]): TreeNode => {
    left -= 1;
    const label = key === undefined ? {} : { key };
    if (typeof part !== "object" || part === null || !hasParts(part)) return { ...label, ...leaf(part) };
    const text = headOf(part);
    if (above.includes(part)) return { ...label, text: `${text}, circular`, type: "note" };
    if (above.length >= DEEPEST) return { ...label, text, type: "note" };
    const path = [...above, part];
    const children: TreeNode[] = [];
    let count = 0;
    for (const [name, child] of partsOf(part)) {
      count += 1;
      if (children.length < MOST_CHILDREN && left > 0) children.push(grow(child, name, path));
    }
    const omitted = count - children.length;
    return { ...label, text, type: "parent", children, ...(omitted > 0 && { omitted }) };
  };
  return grow(value, undefined, []);
}

function hasParts(value: object): boolean {
  if (value instanceof Date || value instanceof RegExp || value instanceof Error || ArrayBuffer.isView(value))
    return false;
  return !(value instanceof ArrayBuffer || value instanceof Promise || value instanceof StoredBytes);
}

function headOf(value: object): string {
  if (value instanceof Map || value instanceof Set) return `${nameOf(value)} (${value.size})`;
  if (Array.isArray(value)) return `[${value.length}]`;
  const name = nameOf(value);
  return `${name === "Object" ? "" : `${name} `}{${Object.keys(value).length}}`;
}

const nameOf = (value: object): string =>
  String((value as { constructor?: { name?: unknown } }).constructor?.name ?? "Object");

function* partsOf(value: object): Generator<readonly [string, unknown]> {
  if (value instanceof Map) for (const [key, part] of value) yield [`${shortText(key)} →`, part];
  else if (value instanceof Set) for (const part of value) yield ["·", part];
  else
    for (const [key, field] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
      if (!field.enumerable || (Array.isArray(value) && key === "length")) continue;
      yield [`${key}:`, "value" in field ? field.value : "(getter)"];
    }
}

function leaf(value: unknown): Pick<TreeNode, "text" | "type"> {
  const type = value === null ? "null" : typeof value;
  return {
    text: shortText(value),
    type: type === "object" || type === "function" || type === "symbol" ? "other" : type,
  };
}

function shortText(value: unknown): string {
  if (value instanceof StoredBytes) return String(value);
  const text = typeof value === "string" ? JSON.stringify(value) : inspect(value, { depth: 0, breakLength: Infinity });
  return text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT)}…`;
}
