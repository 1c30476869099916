import { SecretText } from "../result/secret-text.js";
import type { State } from "../state/states.js";
import type { Parameter } from "../task/parameter.js";
import type { CallOwner, TaskCall } from "../task/task-call.js";
import { neededCalls } from "./call-order.js";

/** The execution of a cell (or a script) that makes calls now. */
export interface Execution {
  /** The place, as text: calls of an earlier execution of the same place are replaced. */
  readonly place: string;
  /** Differs between two executions of one place. */
  readonly turn: object;
}

interface Group {
  readonly turn: object;
  readonly calls: Set<TaskCall>;
}

/** The flow of all calls that stand outside every other: the notebook's own, or the script's. */
export class AmbientFlow implements CallOwner {
  readonly #groups = new Map<string, Group>();
  readonly #named = new Map<string, TaskCall>();
  readonly #free = new Map<string, number>();
  readonly #replaced = new WeakSet<TaskCall>();
  readonly #defaults: { [name: string]: unknown } = {};

  /** @param execution who makes calls now. @param runCall runs what a call needs. */
  constructor(
    readonly flowName: string,
    private readonly execution: () => Execution,
    private readonly runCall: (call: TaskCall) => Promise<State>,
  ) {}

  /** Values of all parameters so far: it grows with the calls. */
  get parameters(): { readonly [name: string]: unknown } {
    return this.#defaults;
  }

  admit(call: TaskCall): string {
    this.#groupOfNow().calls.add(call);
    const wish = call.task.name;
    let count = this.#free.get(wish) ?? 1;
    const nameAt = (at: number) => (at === 1 ? wish : `${wish}-${at}`);
    while (this.#named.has(nameAt(count))) count += 1;
    this.#free.set(wish, count + 1);
    this.#named.set(nameAt(count), call);
    return nameAt(count);
  }

  /** Parameters of calls outside a flow take their defaults. */
  admitParameter(parameter: Parameter): void {
    if (parameter.required)
      throw new TypeError(`Cannot call a task with parameter "${parameter.name}" outside a flow: it has no default`);
    if (!parameter.source && !parameter.options.secret) this.#defaults[parameter.name] = parameter.options.default;
    else this.#takeSecret(parameter);
  }

  #takeSecret({ name, source, options }: Parameter): void {
    const text = source ? source() : new SecretText(name, String(options.default));
    if (text instanceof Promise)
      throw new TypeError(
        `Cannot call a task with secret "${name}" outside a flow: it is read asynchronously; read it before, or call the task in a flow`,
      );
    this.#defaults[name] = text;
  }

  tie(upstream: TaskCall, downstream: TaskCall): void {
    if (upstream.owner !== this)
      throw new TypeError(
        `Cannot call "${downstream.name}" outside a flow: it takes call "${upstream.name}" of flow "${upstream.owner.flowName}"`,
      );
  }

  run(call: TaskCall): Promise<State> {
    return this.runCall(call);
  }

  /** Whether the cell that made the call, or one it waits for, was run again or deleted since. */
  isStale(call: TaskCall): boolean {
    for (const each of neededCalls([call])) if (this.#replaced.has(each)) return true;
    return false;
  }

  /** Takes the calls of a place out: its cell was deleted. Calls of other cells that take theirs are stale. */
  forget(place: string): void {
    for (const call of this.#groups.get(place)?.calls ?? []) this.#replace(call);
    this.#groups.delete(place);
  }

  #groupOfNow(): Group {
    const { place, turn } = this.execution();
    const left = this.#groups.get(place);
    if (left?.turn === turn) return left;
    this.forget(place);
    const group: Group = { turn, calls: new Set() };
    this.#groups.set(place, group);
    return group;
  }

  #replace(call: TaskCall): void {
    this.#replaced.add(call);
    this.#named.delete(call.name);
    this.#free.delete(call.task.name); // names are given out from the first again: a cell run again makes the same
  }
}
