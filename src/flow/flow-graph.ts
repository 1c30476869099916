import type { GraphNode } from "../contracts/records.js";
import type { State } from "../state/states.js";
import type { Parameter } from "../task/parameter.js";
import type { CallOwner, TaskCall } from "../task/task-call.js";
import { orderCalls } from "./call-order.js";
import { graphInputs } from "./graph-inputs.js";

/** The calls of one flow, as its body makes them. */
export class FlowGraph implements CallOwner {
  readonly parameters = new Map<string, Parameter>();
  readonly #made: TaskCall[] = [];
  readonly #names = new UniqueNames();
  #ordered: readonly TaskCall[] | undefined;

  constructor(readonly flowName: string) {}

  /** All calls in a stable order, each behind what it waits for. Only once the flow is built. */
  get calls(): readonly TaskCall[] {
    if (!this.#ordered) throw new TypeError(`Cannot read the calls of flow "${this.flowName}": it is not built yet`);
    return this.#ordered;
  }

  admit(call: TaskCall): string {
    this.#made.push(call);
    return this.#names.claim(call.task.name);
  }

  admitParameter(parameter: Parameter): void {
    const known = this.parameters.get(parameter.name);
    if (known && known !== parameter)
      throw new TypeError(`Cannot build flow "${this.flowName}": two parameters are named "${parameter.name}"`);
    this.parameters.set(parameter.name, parameter);
  }

  tie(upstream: TaskCall, downstream: TaskCall): void {
    if (upstream.owner !== this)
      throw new TypeError(
        `Cannot build flow "${this.flowName}": its call "${downstream.name}" takes call "${upstream.name}" of flow "${upstream.owner.flowName}"`,
      );
    if (this.#ordered)
      throw new TypeError(
        `Cannot put "${downstream.name}" after "${upstream.name}": flow "${this.flowName}" is built already`,
      );
  }

  /** No more calls. @throws {TypeError} when calls wait for each other. */
  close(): void {
    this.#ordered = orderCalls(this.flowName, this.#made);
  }

  isStale(): boolean {
    return false;
  }

  run(call: TaskCall): Promise<State> {
    throw new TypeError(
      `Cannot await call "${call.name}": it is part of flow "${this.flowName}"; run the flow, then state.result.get(call).result`,
    );
  }
}

/** Gives out names, each once: "extract", "extract-2" … */
export class UniqueNames {
  readonly #taken = new Map<string, number>();

  claim(wish: string): string {
    for (;;) {
      const count = (this.#taken.get(wish) ?? 0) + 1;
      this.#taken.set(wish, count);
      if (count === 1) return wish;
      const name = `${wish}-${count}`;
      if (this.#taken.has(name)) continue; // a task may itself be called "extract-2"
      this.#taken.set(name, 1);
      return name;
    }
  }
}

/** What is known of calls before they run. */
export const graphNodes = (calls: readonly TaskCall[]): GraphNode[] =>
  calls.map((call) => ({
    name: call.name,
    task: call.task.name,
    upstream: [...call.upstream].map((each) => each.name),
    mapped: call.mapped,
    tags: call.task.settings.tags,
    ...(call.inputs.length > 0 && { inputs: graphInputs(call.inputs) }),
  }));
