import { type Node, type Pattern, parse } from "acorn";

/**
 * Names of a function's parameters, from its own text: the keys of a task's inputs. A pattern without a
 * name of its own ("{ a, b }") is called by its position, "arg0"; a rest parameter is "...name".
 */
export function parameterNames(fn: (...args: never[]) => unknown): readonly string[] {
  return functionParameters(fn.toString()).map(nameOf);
}

/** The key of the argument at a position; those of a rest parameter are "name[0]", "name[1]" … */
export function inputName(names: readonly string[], position: number): string {
  const rest = names.at(-1)?.startsWith("...") ? names.length - 1 : Number.POSITIVE_INFINITY;
  if (position >= rest) return `${names[rest]!.slice(3)}[${position - rest}]`;
  return names[position] ?? `arg${position}`;
}

interface Parsed extends Node {
  readonly params?: readonly Pattern[];
  readonly value?: Parsed;
  readonly body?: unknown;
}

function functionParameters(text: string): readonly Pattern[] {
  // A method's text ("run(a) {}") parses only inside an object, a function's only as an expression.
  for (const [before, after] of [
    ["(", ")"],
    ["({", "})"],
    ["(class {", "})"],
  ] as const) {
    const found = parsed(`${before}${text}${after}`);
    if (found) return found;
  }
  return []; // native and bound functions have no text: their inputs are called by position where they are given
}

function parsed(text: string): readonly Pattern[] | undefined {
  try {
    const program = parse(text, { ecmaVersion: "latest", sourceType: "module", allowAwaitOutsideFunction: true });
    const statement = program.body[0] as unknown as {
      expression: Parsed & { properties?: Parsed[]; body?: { body: Parsed[] } };
    };
    const { expression } = statement;
    return expression.params ?? expression.properties?.[0]?.value?.params ?? expression.body?.body?.[0]?.value?.params;
  } catch {
    return undefined; // not this form: the caller tries the next
  }
}

function nameOf(pattern: Pattern, position: number): string {
  switch (pattern.type) {
    case "Identifier":
      return pattern.name;
    case "AssignmentPattern":
      return nameOf(pattern.left, position);
    case "RestElement":
      return `...${nameOf(pattern.argument, position)}`;
    default:
      return `arg${position}`;
  }
}
