import type { SerializeError } from "../../result/serialize-error.js";
import { type SourceNote, sourceNoteOf } from "../../source/source-note.js";
import type { TaskDefinition } from "../../task/task-definition.js";
import { type FunctionSource, functionSource } from "./function-source.js";
import type { Binding, ShippedUnits } from "./thread-messages.js";

/** Where a task is to run, in words for messages. */
export interface Destination {
  /** "in a thread" */
  readonly where: string;
  /** "ThreadExecutor" */
  readonly executor: string;
}

/** A function with what it refers to, ready to be packed. */
export interface ShippedFunction extends ShippedUnits {
  /** Array of the constants that the functions refer to, as they are now. */
  readonly constants: readonly unknown[];
  /** What they import, from where the notebook or script is: by name, and while they run as far as the text says it. */
  readonly imports: readonly string[];
  /** The error for a constant that cannot go along. @param cause with the path `result[index]…` within the array */
  readonly refused: (cause: SerializeError) => TypeError;
}

/** A function on its way, with what its names stand for. */
interface Unit {
  readonly fn: object;
  /** As a person knows it: `the task`, `helper()`. */
  readonly title: string;
  readonly source: FunctionSource;
  readonly bindings: Map<string, Binding>;
}

interface Shipment {
  readonly units: Unit[];
  readonly numbers: Map<object, number>;
  /** Constants, with the name and the function that refers to them. */
  readonly values: { readonly name: string; readonly title: string; readonly value: unknown }[];
  /** What a person may do instead. */
  readonly wayOut: string;
}

/**
 * The source of a task's function and of the functions it refers to, with the constants they refer to as they are
 * now. What an import gives is imported again there.
 * @throws {TypeError} naming what cannot be shipped.
 */
export function shipFunction({ name, fn }: TaskDefinition, { where, executor }: Destination): ShippedFunction {
  const wayOut = `make it inside the task, or run the task without ${executor}`;
  const refusal = (message: string, cause: unknown) =>
    new TypeError(`Cannot run task "${name}" ${where}: ${message}`, { cause });
  const shipment: Shipment = { units: [], numbers: new Map(), values: [], wayOut };
  try {
    addUnit(shipment, fn, "the task", "");
    // Units are added while this goes on: functions that functions refer to.
    for (const unit of shipment.units) bindNames(shipment, unit);
  } catch (thrown) {
    if (!(thrown instanceof Unshippable)) throw thrown;
    throw refusal(thrown.message, thrown.cause);
  }
  const { units, values } = shipment;
  return {
    text: scriptOf(units),
    units: units.map(({ source, bindings }) => ({ isClass: source.isClass, bindings: [...bindings.values()] })),
    constants: values.map(({ value }) => value),
    imports: importsOf(units),
    refused: (cause) => refusal(constantTrouble(shipment, cause), cause),
  };
}

function importsOf(units: readonly Unit[]): string[] {
  const bound = units.flatMap(({ bindings }) => [...bindings.values()]);
  const named = bound.flatMap((binding) => ("module" in binding ? binding.module : []));
  return [...new Set([...named, ...units.flatMap(({ source }) => source.loads)])];
}

class Unshippable extends Error {}

function addUnit({ units, numbers, wayOut }: Shipment, fn: object, title: string, reference: string): number {
  const known = numbers.get(fn);
  if (known !== undefined) return known;
  if ("settings" in fn && "fn" in fn)
    throw new Unshippable(`${reference} is a task; call it in the flow and pass its result as an input`);
  const note = sourceNoteOf(fn);
  const text = note?.text ?? Function.prototype.toString.call(fn);
  let source: FunctionSource;
  try {
    source = sourceOf(fn, text);
  } catch (cause) {
    throw new Unshippable(`${reference || "its function"} is native code or a bound function; ${wayOut}`, { cause });
  }
  if (!source.isClass && Object.keys(fn).length > 0)
    throw new Unshippable(
      `${reference || "its function"} is a function with properties of its own ("${Object.keys(fn)[0]}"); ${wayOut}`,
    );
  const number = units.push({ fn, title, source, bindings: new Map() }) - 1;
  numbers.set(fn, number);
  return number;
}

/** Parsed once: a task is called many times. */
const parsed = new WeakMap<object, { readonly text: string; readonly source: FunctionSource }>();

function sourceOf(fn: object, text: string): FunctionSource {
  const known = parsed.get(fn);
  if (known?.text === text) return known.source;
  const source = functionSource(text);
  parsed.set(fn, { text, source });
  return source;
}

function bindNames(shipment: Shipment, { fn, title, source, bindings }: Unit): void {
  const note = sourceNoteOf(fn);
  if (!note) {
    checkUnnoted(shipment, title, source);
    return;
  }
  for (const [name, value] of Object.entries(referencesOf(note, title))) {
    if (source.assigned.has(name))
      throw new Unshippable(
        `${title} assigns to "${name}", which would change there alone; pass it as an input, or ${shipment.wayOut}`,
      );
    bindings.set(name, bindingOf(shipment, name, title, value));
  }
  for (const [name, from] of Object.entries(note.imports)) {
    const hash = from.lastIndexOf("#");
    bindings.set(name, { module: from.slice(0, hash), exported: from.slice(hash + 1) });
  }
}

/** Plain compiled JavaScript keeps no note: the values of variables around a function cannot be read. */
function checkUnnoted({ wayOut }: Shipment, title: string, { outer }: FunctionSource): void {
  const unknown = [...outer].find((name) => !(name in globalThis) && name !== "require");
  if (unknown !== undefined)
    throw new Unshippable(
      `${title} refers to "${unknown}", and no source was kept from which to read it; define the task in a cell or ` +
        `a script run by "node --import cellar/register", pass it as an input, or ${wayOut}`,
    );
}

function referencesOf(note: SourceNote, title: string): { readonly [name: string]: unknown } {
  try {
    return note.references();
  } catch (cause) {
    throw new Unshippable(`what ${title} refers to is not defined yet: ${(cause as Error).message}`, { cause });
  }
}

function bindingOf(shipment: Shipment, name: string, title: string, value: unknown): Binding {
  if (typeof value === "function")
    return { unit: addUnit(shipment, value, `${name}()`, `"${name}", to which ${title} refers,`) };
  return { value: shipment.values.push({ name, title, value }) - 1 };
}

function constantTrouble({ values, wayOut }: Shipment, { path, kind }: SerializeError): string {
  const [, at, rest = ""] = /^result\[(\d+)\](.*)$/s.exec(path) ?? [];
  const { name = path, title = "the task" } = values[Number(at)] ?? {};
  return `"${name}${rest}", to which ${title} refers, cannot go along: ${kind}; ${wayOut}`;
}

/** Each maker gives the way to make its function and the way to say what its names stand for: cycles are allowed. */
function scriptOf(units: readonly Unit[]): string {
  const makers = units.map(({ fn, source, bindings }) => {
    const names = [...bindings.keys()].join(", ");
    const require = source.outer.has("require") && !bindings.has("require") ? ", require" : "";
    const declared = names === "" ? "" : `let ${names}; `;
    const link = names === "" ? "() => {}" : `function () { [${names}] = arguments; }`;
    const name = JSON.stringify((fn as { name: string }).name); // an arrow takes its name from the key
    const make = `() => ({ [${name}]: ${source.expression} })[${name}]`;
    return `(${source.load}, ${source.meta}${require}) => { ${declared}return [${make}, ${link}]; }`;
  });
  return `"use strict"; (function () { return [\n${makers.join(",\n")}\n]; }).call(undefined)`;
}
