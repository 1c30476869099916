import type { AnyNode } from "acorn";
import { isNamedDeclaration, type NotedFunction } from "./noted-functions.js";

/** How the names that a noted function refers to are read, where its note is made. */
export type ReadName = (name: string, from: NotedFunction["references"][number]["from"]) => string;

/** The arguments of `$source` after the function itself. */
export function sourceArguments({ text, references, imports }: NotedFunction, read: ReadName): string {
  const values = thunk(references.map(({ name, from }) => [name, read(name, from)]));
  const given = [JSON.stringify(text), values, JSON.stringify(imports)];
  const imported = Object.keys(imports).map((name) => [name, read(name, "top")] as const);
  return (imported.length > 0 ? [...given, thunk(imported)] : given).join(", ");
}

function thunk(values: readonly (readonly [name: string, value: string])[]): string {
  const shown = values.map(([name, value]) => (value === name && name !== "this" ? name : `${name}: ${value}`));
  return `() => (${shown.length > 0 ? `{ ${shown.join(", ")} }` : "{}"})`;
}

/** The name that a function or class literal takes from what it is assigned to; undefined where it has its own. */
export function inferredName(
  target: AnyNode | null | undefined,
  value: AnyNode | null | undefined,
): string | undefined {
  if (target?.type !== "Identifier" || !value) return undefined;
  return isAnonymous(value) ? target.name : undefined;
}

const isAnonymous = (value: AnyNode): boolean =>
  value.type === "ArrowFunctionExpression" ||
  ((value.type === "FunctionExpression" || value.type === "ClassExpression") && !value.id);

/** What a literal is assigned to, as far as that names it. */
export function namingTarget(parent: AnyNode | undefined): AnyNode | undefined {
  if (parent?.type === "VariableDeclarator") return parent.id;
  if (parent?.type === "AssignmentExpression") return parent.left;
  const isField = parent?.type === "PropertyDefinition" || parent?.type === "Property";
  return isField && !parent.computed ? parent.key : undefined;
}

/** Text around a literal that keeps its name although it is no longer assigned to a plain name. */
export const namingAround = (name: string): readonly [before: string, after: string] => [
  `({ [${JSON.stringify(name)}]: `,
  ` })[${JSON.stringify(name)}]`,
];

/** True where a noted function is noted by a call of its own, after its declaration. */
export const isNotedByName = (noted: NotedFunction): boolean => isNamedDeclaration(noted.node);
