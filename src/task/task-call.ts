import { inspect } from "node:util";
import type { State } from "../state/states.js";
import type { Parameter } from "./parameter.js";
import type { TaskDefinition } from "./task-definition.js";

/** An argument of a call with its calls and parameters found, ready to be filled in. */
export type Template =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "call"; readonly call: TaskCall }
  | { readonly kind: "parameter"; readonly parameter: Parameter }
  | { readonly kind: "list"; readonly parts: readonly Template[] }
  | { readonly kind: "record"; readonly parts: readonly (readonly [string, Template])[] };

/** One argument of a call, under the name of the parameter it is for. */
export interface CallInput {
  readonly name: string;
  readonly template: Template;
  /** The calls in it. */
  readonly calls: readonly TaskCall[];
  /** How a map takes it: whole for every child, an item for each, or an item of each item. */
  readonly mode: "whole" | "each" | "flat";
  /** Of a map's child whose item was taken out of a call's list: that call, and where in its list the item is. */
  readonly origin?: { readonly call: TaskCall; readonly path: readonly number[] };
}

/** The flow that calls become part of: one that is being built, or the ambient one. */
export interface CallOwner {
  /** The flow's name, for messages. */
  readonly flowName: string;
  /** Takes a new call in. Gives the name it has here. */
  admit(call: TaskCall): string;
  /** Takes in a parameter that a call refers to. @throws {TypeError} when another one has its name. */
  admitParameter(parameter: Parameter): void;
  /** A call is to wait for another. @throws {TypeError} when they may not be tied. */
  tie(upstream: TaskCall, downstream: TaskCall): void;
  /** Runs what the call needs. */
  run(call: TaskCall): Promise<State>;
  /** Whether the code that made the call was run again since. */
  isStale(call: TaskCall): boolean;
}

/** What makes a call. */
export interface CallFields {
  readonly task: TaskDefinition;
  readonly owner: CallOwner;
  readonly mapped: boolean;
}

/**
 * A node of a flow: a task with its arguments, which has not run. Awaited outside a flow it runs what it
 * needs and gives the value, or throws the task's error.
 */
export class TaskCall<out R = unknown> implements PromiseLike<R> {
  /** Carries the type of what it will produce; never there at run time. */
  declare readonly produces: R;
  /** What it calls. */
  readonly task: TaskDefinition;
  /** Unique in its flow: "extract", "extract-2". */
  readonly name: string;
  /** The flow it is part of. */
  readonly owner: CallOwner;
  /** Whether it is one child per item. */
  readonly mapped: boolean;
  readonly #inputs: CallInput[] = [];
  readonly #upstream = new Set<TaskCall>();

  constructor(fields: CallFields) {
    this.task = fields.task;
    this.owner = fields.owner;
    this.mapped = fields.mapped;
    this.name = fields.owner.admit(this);
  }

  /** Its arguments, by the names of the function's parameters. */
  get inputs(): readonly CallInput[] {
    return this.#inputs;
  }
  /** The calls it waits for, each once, in the order they were named. */
  get upstream(): ReadonlySet<TaskCall> {
    return this.#upstream;
  }

  /** True once the cell that made it, or a call it waits for, was run again. */
  get stale(): boolean {
    return this.owner.isStale(this);
  }

  /** Takes an argument; called while the call is made. */
  takeInput(input: CallInput, parameters: readonly Parameter[]): void {
    for (const call of input.calls) this.#waitFor(call);
    for (const parameter of parameters) this.owner.admitParameter(parameter);
    this.#inputs.push(input);
  }

  /** Waits for other calls without taking what they produce. Gives the call back. */
  after(...calls: readonly TaskCall[]): this {
    for (const call of calls) this.#waitFor(call);
    return this;
  }

  /** Runs what the call needs, as `await` does, and gives the state it ended in. */
  async run(): Promise<State<R>> {
    return (await this.owner.run(this)) as State<R>;
  }

  // biome-ignore lint/suspicious/noThenProperty: a call is awaited like a promise, by design
  then<T = R, E = never>(
    onValue?: ((value: R) => T | PromiseLike<T>) | null,
    onError?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<T | E> {
    return this.run()
      .then(valueOrThrow<R>)
      .then(onValue, onError);
  }

  /** How it looks in a terminal. */
  [inspect.custom](): string {
    return `TaskCall ${JSON.stringify(this.name)} of flow ${JSON.stringify(this.owner.flowName)}`;
  }

  #waitFor(call: TaskCall): void {
    if (!(call instanceof TaskCall))
      throw new TypeError(`Cannot put "${this.name}" after ${String(call)}: it is no call`);
    this.owner.tie(call, this);
    this.#upstream.add(call);
  }
}

async function valueOrThrow<R>(state: State<R>): Promise<R> {
  return (await state.load()).value();
}
