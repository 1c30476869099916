import { contentHash, hashValue } from "../../result/content-hash.js";
import { NoResult } from "../../result/no-result.js";
import { storedReferenceOf } from "../../result/stored-result.js";
import type { State } from "../../state/states.js";
import type { CallInput, TaskCall, Template } from "../../task/task-call.js";
import type { Hashes } from "../../task/validators.js";

/** Content hashes of what a flow run's calls are given. A stored result's is its id: it is not read for it. */
export class InputKeys {
  readonly #templates = new WeakMap<Template, string | null>();
  readonly #states = new WeakMap<State, string | null>();
  readonly #parameters = new Map<string, string | null>();

  /** @param given values of the run's parameters; an ambient run's grow with its calls. */
  constructor(private readonly given: { readonly [name: string]: unknown }) {}

  get parameters(): Hashes {
    return Object.fromEntries(Object.keys(this.given).map((name) => [name, this.#parameterKey(name)]));
  }

  /** Of one task run: `upstream` are the states it waited for. */
  of(inputs: readonly CallInput[], upstream: ReadonlyMap<TaskCall, State>): Hashes {
    const hashes: { [name: string]: string | null } = {};
    for (const { name, template } of inputs) hashes[name] = this.#templateKey(template, upstream);
    return hashes;
  }

  #templateKey(template: Template, upstream: ReadonlyMap<TaskCall, State>): string | null {
    switch (template.kind) {
      case "call":
        return this.#stateKey(upstream.get(template.call)!);
      case "parameter":
        return this.#parameterKey(template.parameter.name);
      case "value": {
        const known = this.#templates.get(template);
        if (known !== undefined) return known;
        const key = hashValue(template.value);
        this.#templates.set(template, key);
        return key;
      }
      case "list":
        return joined(template.parts.map((part) => this.#templateKey(part, upstream)));
      case "record":
        return joined(
          template.parts.map(([name, part]) => {
            const key = this.#templateKey(part, upstream);
            return key === null ? null : `${JSON.stringify(name)}:${key}`;
          }),
        );
    }
  }

  #parameterKey(name: string): string | null {
    const known = this.#parameters.get(name);
    if (known !== undefined) return known;
    const key = hashValue(this.given[name]);
    this.#parameters.set(name, key);
    return key;
  }

  #stateKey(state: State): string | null {
    if (state.type !== "Mapped") {
      if (state._result === NoResult) return "none";
      const stored = storedReferenceOf(state._result);
      if (stored) return stored.id;
    }
    const known = this.#states.get(state);
    if (known !== undefined) return known;
    const key = this.#madeKey(state);
    this.#states.set(state, key);
    return key;
  }

  /** Of what no store has: hashed once for all who are given it. */
  #madeKey(state: State): string | null {
    if (state.type === "Mapped") return joined(state.mapStates.map((child) => this.#stateKey(child)));
    return state._result.serialized ? null : hashValue(state.result);
  }
}

const joined = (keys: readonly (string | null)[]): string | null =>
  keys.includes(null) ? null : contentHash(`[${keys.join(",")}]`);
