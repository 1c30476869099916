import type { AnyNode } from "acorn";
import { generate } from "astring";
import { isNode } from "./parsed-module.js";

/**
 * The one text of a piece of code: comments, layout, quotes, digit separators, stray semicolons and quotes around
 * property names make no difference, so that formatting code never changes its fingerprint.
 */
export const normalForm = (node: AnyNode): string => generate(plain(node) as AnyNode);

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

function plain(node: AnyNode): unknown {
  const copy: Record<string, unknown> = { ...node };
  for (const [field, value] of Object.entries(copy)) {
    if (Array.isArray(value)) copy[field] = value.filter((item) => !isStray(item)).map(plainValue);
    else copy[field] = plainValue(value);
  }
  if (node.type === "Literal" && !("regex" in node && node.regex)) copy.raw = rawOf(node);
  if ("key" in node && !("computed" in node && node.computed)) copy.key = plainKey(node.key as AnyNode);
  return copy;
}

const plainValue = (value: unknown): unknown => (isNode(value) ? plain(value) : value);

const isStray = (item: unknown): boolean => (item as AnyNode | null)?.type === "EmptyStatement";

function rawOf(literal: Extract<AnyNode, { type: "Literal" }>): string {
  if (typeof literal.bigint === "string") return `${BigInt(literal.bigint)}n`;
  return JSON.stringify(literal.value);
}

function plainKey(key: AnyNode): unknown {
  return key.type === "Literal" && typeof key.value === "string" && IDENTIFIER.test(key.value)
    ? { type: "Identifier", name: key.value }
    : plain(key);
}
