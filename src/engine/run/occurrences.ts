import type { RunPlace } from "../../store/begin-ask.js";

/** Numbers the runs of a flow within one execution of a cell or script: each is a run of its own. */
export class Occurrences {
  readonly #executions = new WeakMap<object, Map<string, Occurrence>>();

  /** The next run of a flow at a place in this execution. */
  next(
    execution: object,
    { file, cell, flow }: RunPlace,
  ): { readonly occurrence: number; readonly taken: Set<string> } {
    let places = this.#executions.get(execution);
    if (!places) {
      places = new Map();
      this.#executions.set(execution, places);
    }
    const key = JSON.stringify([file, cell, flow]);
    const place = places.get(key) ?? { count: 0, taken: new Set() };
    place.count += 1;
    places.set(key, place);
    return { occurrence: place.count, taken: place.taken };
  }
}

interface Occurrence {
  count: number;
  /** Ids of the runs that were begun: none of them is resumed by another one. */
  readonly taken: Set<string>;
}
