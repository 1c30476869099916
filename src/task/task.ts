import { inspect } from "node:util";
import { currentOwner, gatesOfNow } from "./call-owner.js";
import { Flattened, type Inputs, type MapInputs, Unmapped } from "./input.js";
import type { Parameter } from "./parameter.js";
import { inputName, parameterNames } from "./parameter-names.js";
import type { Produced } from "./produced.js";
import { type CallInput, TaskCall } from "./task-call.js";
import type { TaskDefinition, TaskOptions } from "./task-definition.js";
import { taskSettings } from "./task-settings.js";
import { type Found, readTemplate } from "./template.js";

/** A function with a name and with rules for running it. Calling it makes a node of a flow and runs nothing. */
export interface Task<A extends readonly unknown[] = readonly never[], R = unknown> extends TaskDefinition {
  (...args: Inputs<A>): TaskCall<Produced<R>>;
  /** The function it calls. */
  readonly fn: (...args: never[]) => R;
  /** Calls the function itself, without a flow. */
  run(...args: A): R;
  /** One child for each item; the shortest list wins. `unmapped` gives a value whole to every child. */
  map(...args: MapInputs<A>): TaskCall<Produced<R>[]>;
}

/** Defines a task. @throws {TypeError} naming an option that makes no sense. */
export function task<A extends unknown[], R>(
  name: string,
  fn: (...args: A) => R,
  options: TaskOptions = {},
): Task<A, R> {
  if (typeof name !== "string" || name === "") throw new TypeError("Cannot define a task: its name is empty");
  if (typeof fn !== "function") throw new TypeError(`Cannot define task "${name}": it has no function`);
  let names: readonly string[] | undefined; // read when the task is first called: parsing is not free
  const nameOf = (position: number) => {
    names ??= parameterNames(fn);
    return inputName(names, position);
  };
  const made = (...args: readonly unknown[]) => makeCall(made as unknown as TaskDefinition, nameOf, args, false);
  Object.defineProperty(made, "name", { value: name });
  Object.defineProperty(made, inspect.custom, { value: () => `Task ${JSON.stringify(name)}` });
  return Object.freeze(
    Object.assign(made, {
      fn,
      settings: taskSettings(name, options),
      run: (...args: A) => fn(...args),
      map: (...args: readonly unknown[]) => makeCall(made as unknown as TaskDefinition, nameOf, args, true),
    }),
  ) as unknown as Task<A, R>;
}

function makeCall(
  task: TaskDefinition,
  nameOf: (position: number) => string,
  args: readonly unknown[],
  mapped: boolean,
): TaskCall {
  if (mapped && args.every((arg) => arg instanceof Unmapped))
    throw new TypeError(`Cannot map task "${task.name}": no argument is a list`);
  const call = new TaskCall({ task, owner: currentOwner(), mapped }).after(...gatesOfNow());
  args.forEach((arg, position) => {
    const name = nameOf(position);
    if (!mapped && arg instanceof Unmapped)
      throw new TypeError(`Cannot call "${call.name}": unmapped() stands only in map(), here it is argument "${name}"`);
    const calls: TaskCall[] = [];
    const parameters: Parameter[] = [];
    const found: Found = { call: (each) => calls.push(each), parameter: (each) => parameters.push(each) };
    const marked = arg instanceof Unmapped || arg instanceof Flattened;
    const template = readTemplate(marked ? arg.value : arg, found);
    if (mapped && !marked && template.kind === "value" && !Array.isArray(template.value))
      throw new TypeError(`Cannot map "${call.name}": argument "${name}" is no list; wrap it in unmapped()`);
    call.takeInput({ name, template, calls, mode: modeOf(arg, mapped) }, parameters);
  });
  return call;
}

function modeOf(arg: unknown, mapped: boolean): CallInput["mode"] {
  if (arg instanceof Flattened) return "flat";
  return mapped && !(arg instanceof Unmapped) ? "each" : "whole";
}
