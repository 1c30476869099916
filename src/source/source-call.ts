import type { AnyNode } from "acorn";
import { isNamedDeclaration, type NotedFunction } from "./noted-functions.js";

/** How the names that a noted function refers to are read, where its note is made. */
export type ReadName = (name: string, from: NotedFunction["references"][number]["from"]) => string;

/** The arguments of `$source` after the function itself. */
export function sourceArguments({ text, references, imports }: NotedFunction, read: ReadName): string {
  const values = references.map(({ name, from }) => {
    const value = read(name, from);
    return value === name ? name : `${name}: ${value}`;
  });
  const shown = values.length > 0 ? `{ ${values.join(", ")} }` : "{}";
  return `${JSON.stringify(text)}, () => (${shown}), ${JSON.stringify(imports)}`;
}

/** The name that a function or class literal takes from what it is assigned to; undefined where it has its own. */
export function inferredName(
  target: AnyNode | null | undefined,
  value: AnyNode | null | undefined,
): string | undefined {
  if (target?.type !== "Identifier" || !value) return undefined;
  const isAnonymous =
    value.type === "ArrowFunctionExpression" ||
    ((value.type === "FunctionExpression" || value.type === "ClassExpression") && !value.id);
  return isAnonymous ? target.name : undefined;
}

/** Text around a literal that keeps its name although it is no longer assigned to a plain name. */
export const namingAround = (name: string): readonly [before: string, after: string] => [
  `({ [${JSON.stringify(name)}]: `,
  ` })[${JSON.stringify(name)}]`,
];

/** True where a noted function is noted by a call of its own, after its declaration. */
export const isNotedByName = (noted: NotedFunction): boolean => isNamedDeclaration(noted.node);
