import { canonicalList, canonicalRecord } from "../../result/canonical-text.js";
import { canonicalOf, contentHash } from "../../result/content-hash.js";
import { NoResult } from "../../result/no-result.js";
import { storedReferenceOf } from "../../result/stored-result.js";
import type { State } from "../../state/states.js";
import type { CallInput, TaskCall, Template } from "../../task/task-call.js";
import type { Hashes } from "../../task/validators.js";

/**
 * Content hashes of what a flow run's calls are given: one for one value, whether it was written there, came from a
 * call, or lies in a store, by whichever serializer. What is stored is not read for it.
 */
export class InputKeys {
  readonly #templates = new WeakMap<Template, string | null>();
  readonly #states = new WeakMap<State, string | null>();
  readonly #parameters = new Map<string, string | null>();

  /** @param given values of the run's parameters; an ambient run's grow with its calls. */
  constructor(private readonly given: { readonly [name: string]: unknown }) {}

  get parameters(): Hashes {
    return Object.fromEntries(Object.keys(this.given).map((name) => [name, hashed(this.#parameterText(name))]));
  }

  /** Of one task run: `upstream` are the states it waited for. */
  of(inputs: readonly CallInput[], upstream: ReadonlyMap<TaskCall, State>): Hashes {
    const hashes: { [name: string]: string | null } = {};
    for (const { name, template } of inputs) hashes[name] = hashed(this.#templateText(template, upstream));
    return hashes;
  }

  #templateText(template: Template, upstream: ReadonlyMap<TaskCall, State>): string | null {
    switch (template.kind) {
      case "call":
        return this.#stateText(upstream.get(template.call)!);
      case "parameter":
        return this.#parameterText(template.parameter.name);
      case "value": {
        const known = this.#templates.get(template);
        if (known !== undefined) return known;
        const text = canonicalOf(template.value);
        this.#templates.set(template, text);
        return text;
      }
      case "list":
        return listText(template.parts.map((part) => this.#templateText(part, upstream)));
      case "record": {
        const parts = template.parts.map(([name, part]) => [name, this.#templateText(part, upstream)] as const);
        return parts.every((part): part is readonly [string, string] => part[1] !== null)
          ? canonicalRecord(parts)
          : null;
      }
    }
  }

  #parameterText(name: string): string | null {
    const known = this.#parameters.get(name);
    if (known !== undefined) return known;
    const text = canonicalOf(this.given[name]);
    this.#parameters.set(name, text);
    return text;
  }

  #stateText(state: State): string | null {
    if (state.type !== "Mapped") {
      if (state._result === NoResult) return NO_RESULT;
      const stored = storedReferenceOf(state._result);
      if (stored?.valueKey !== undefined) return stored.valueKey;
      if (stored && state._result.serialized) return `stored ${stored.id}`; // an older store did not say what it holds
    }
    const known = this.#states.get(state);
    if (known !== undefined) return known;
    const text = this.#madeText(state);
    this.#states.set(state, text);
    return text;
  }

  /** Of what no store has: made once for all who are given it. */
  #madeText(state: State): string | null {
    if (state.type === "Mapped") return listText(state.mapStates.map((child) => this.#stateText(child)));
    return state._result.serialized ? null : canonicalOf(state.result);
  }
}

/** Differs from the text of every value. */
const NO_RESULT = "no result";

const listText = (texts: readonly (string | null)[]): string | null =>
  texts.every((text): text is string => text !== null) ? canonicalList(texts) : null;

/** A stored value that nobody may read brings its hash instead of its text: "=" and the hash. */
const hashed = (text: string | null): string | null =>
  text === null ? null : text.startsWith("=") ? text.slice(1) : contentHash(text);
