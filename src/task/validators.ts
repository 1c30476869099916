/** Content hashes of what a call was given; null where one could not be computed. */
export interface Hashes {
  readonly [name: string]: string | null;
}

/** Says what of a call's inputs and parameters must be equal for a cached result to be taken. */
export interface CacheValidator {
  /** For messages: "allInputs". */
  readonly name: string;
  /** The hashes that count, null for one that is not there; undefined: never take a cached result. */
  readonly covers: (inputs: Hashes, parameters: Hashes) => Hashes | undefined;
}

const validator = (name: string, covers: CacheValidator["covers"]): CacheValidator => ({ name, covers });

/** When a cached result may be taken, besides being young enough. */
export const validators = {
  /** Never takes a cached result, but keeps one. */
  neverUse: validator("neverUse", () => undefined),
  /** Takes any result that is young enough, whatever the inputs are. */
  durationOnly: validator("durationOnly", () => ({})),
  /** All inputs are equal. The default. */
  allInputs: validator("allInputs", (inputs) => inputs),
  /** All parameters of the run are equal, whatever the inputs are. */
  allParameters: validator("allParameters", (_, parameters) => parameters),
  /** These inputs are equal. */
  partialInputsOnly: (names: readonly string[]) => validator("partialInputsOnly", (inputs) => only(inputs, names)),
  /** These parameters of the run are equal. */
  partialParametersOnly: (names: readonly string[]) =>
    validator("partialParametersOnly", (_, parameters) => only(parameters, names)),
} as const;

const only = (hashes: Hashes, names: readonly string[]): Hashes =>
  Object.fromEntries(names.map((name) => [name, Object.hasOwn(hashes, name) ? hashes[name]! : null]));
