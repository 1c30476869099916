/** Content hashes of what a call was given; null where one could not be computed. */
export interface Hashes {
  readonly [name: string]: string | null;
}

/** Says what of a call's inputs and parameters must be equal for a cached result to be taken. */
export interface CacheValidator {
  readonly name: string;
  /** The hashes that count; undefined: never take a cached result. */
  readonly covers: (inputs: Hashes, parameters: Hashes) => Hashes | undefined;
}

/** When a cached result may be taken, besides being young enough. */
export const validators = {
  neverUse: { name: "neverUse", covers: () => undefined },
  durationOnly: { name: "durationOnly", covers: () => ({}) },
  allInputs: { name: "allInputs", covers: (inputs) => inputs },
  allParameters: { name: "allParameters", covers: (_, parameters) => parameters },
  partialInputsOnly: (names: readonly string[]): CacheValidator => ({
    name: "partialInputsOnly",
    covers: (inputs) => only(inputs, names),
  }),
  partialParametersOnly: (names: readonly string[]): CacheValidator => ({
    name: "partialParametersOnly",
    covers: (_, parameters) => only(parameters, names),
  }),
} as const satisfies Record<string, CacheValidator | ((names: readonly string[]) => CacheValidator)>;

const only = (hashes: Hashes, names: readonly string[]): Hashes =>
  Object.fromEntries(names.filter((name) => Object.hasOwn(hashes, name)).map((name) => [name, hashes[name]!]));
